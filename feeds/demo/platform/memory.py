"""What the stand-in platform keeps, in an SQLite file of its own: what it was given, what it holds of each subject, its secrets.

A record that was accepted is known by its key for a month: given again it changes nothing and gets the same answer. What is held of a
subject is what was observed last; an older record that is not marked as late counts as out of order.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from feeds.demo.platform.rules import KEY, KINDS, LATE, NUMBER, OPERATION, REMOVE, moment_of

PAGE_ROWS = 200
_KEPT_MS = 31 * 86_400_000
_OLD_ROWS = 500
_TABLES = """
CREATE TABLE IF NOT EXISTS given (
  id INTEGER PRIMARY KEY, key TEXT UNIQUE NOT NULL, kind TEXT NOT NULL, number TEXT NOT NULL, observed TEXT NOT NULL,
  is_late INTEGER NOT NULL, is_disordered INTEGER NOT NULL, received_ms INTEGER NOT NULL, record TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS given_by_subject ON given (kind, number, id);
CREATE TABLE IF NOT EXISTS held (
  kind TEXT NOT NULL, number TEXT NOT NULL, observed TEXT NOT NULL, is_removed INTEGER NOT NULL, record TEXT NOT NULL,
  PRIMARY KEY (kind, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counted (name TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS secret (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, secret TEXT NOT NULL, until_ms INTEGER NOT NULL, is_current INTEGER NOT NULL
);
"""


class Memory:
    """One connection that the threads of the server take turns with. A batch is kept as a whole before it is answered."""

    def __init__(self, path: Path | str) -> None:
        self._turn = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_TABLES)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction, by one thread at a time."""
        with self._turn:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    # Records

    def find_given(self, key: str) -> dict[str, Any] | None:
        """The record that was accepted with a key."""
        row = self._one("SELECT record FROM given WHERE key = ?", key)
        return None if row is None else json.loads(row[0])

    def keep(self, kind: str, record: Mapping[str, Any], now: datetime) -> None:
        """Accept a record that was not given before."""
        number, observed = str(record[NUMBER]), moment_of(record).isoformat()
        text = json.dumps(record, ensure_ascii=False, sort_keys=True)
        before = self._one("SELECT observed FROM held WHERE kind = ? AND number = ?", kind, number)
        is_older, is_late = before is not None and observed < before[0], record[LATE] == "1"
        self._db.execute(
            "INSERT INTO given (key, kind, number, observed, is_late, is_disordered, received_ms, record)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (record[KEY], kind, number, observed, is_late, is_older and not is_late, int(now.timestamp() * 1000), text),
        )
        for name, holds in (("given", True), ("late", is_late), ("disordered", is_older and not is_late)):
            if holds:
                self.count(f"{kind} {name}")
        if not is_older:
            self._db.execute(
                "INSERT OR REPLACE INTO held VALUES (?, ?, ?, ?, ?)", (kind, number, observed, record.get(OPERATION) == REMOVE, text)
            )

    def forget_old(self, now: datetime) -> None:
        """Drop some of what was given longer than a month ago; what is held stays. Called with each batch, it bounds the file."""
        before_ms = int(now.timestamp() * 1000) - _KEPT_MS
        self._db.execute(
            f"DELETE FROM given WHERE id IN (SELECT id FROM given ORDER BY id LIMIT {_OLD_ROWS}) AND received_ms < ?", (before_ms,)
        )

    def page(self, kind: str, number: int) -> tuple[int, list[dict[str, Any]]]:
        """How many pages there are (1 at least), and the records of one of them (from 1), by their numbers."""
        with self._turn:
            [count] = self._one("SELECT count(*) FROM held WHERE kind = ? AND NOT is_removed", kind) or (0,)
            rows = self._db.execute(
                "SELECT record FROM held WHERE kind = ? AND NOT is_removed ORDER BY number LIMIT ? OFFSET ?",
                (kind, PAGE_ROWS, (number - 1) * PAGE_ROWS),
            ).fetchall()
        return max(1, -(-count // PAGE_ROWS)), [json.loads(row[0]) for row in rows]

    def latest(self, count: int) -> list[tuple[str, str, str, int, int]]:
        """Kind, number, observed, whether late, received (ms) of what came last, the newest first."""
        with self._turn:
            return self._db.execute(
                "SELECT kind, number, observed, is_late, received_ms FROM given ORDER BY id DESC LIMIT ?", (count,)
            ).fetchall()

    def count(self, name: str, more: int = 1) -> None:
        """Count something: repeated, refused, trials; of a kind what was given, late and out of order."""
        self._db.execute(
            "INSERT INTO counted VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET number = number + excluded.number", (name, more)
        )

    def numbers(self) -> dict[str, Any]:
        """Everything that can be counted: of each kind how many are held, and how many were ever given, late, out of order."""
        with self._turn:
            held = dict(self._db.execute("SELECT kind, count(*) FROM held WHERE NOT is_removed GROUP BY kind").fetchall())
            counted = dict(self._db.execute("SELECT name, number FROM counted").fetchall())
        kinds = {
            kind: {"held": held.get(kind, 0), **{name: counted.pop(f"{kind} {name}", 0) for name in ("given", "late", "disordered")}}
            for kind in KINDS
        }
        return {"kinds": kinds, "repeated": 0, "refused": 0, "trials": 0, **counted}

    # Secrets

    def lend(self, kind: str, secret: str, until_ms: int) -> None:
        """Make a secret the only one of its kind that holds; a new refresh secret ends the request secret too."""
        self.end_secrets(kind, *(("request",) if kind == "refresh" else ()))
        self._db.execute("INSERT INTO secret (kind, secret, until_ms, is_current) VALUES (?, ?, ?, 1)", (kind, secret, until_ms))

    def secrets(self, kind: str) -> list[tuple[str, int, bool]]:
        """Those of a kind, the newest first: secret, until when (ms), whether no other has taken its place."""
        with self._turn:
            rows = self._db.execute(
                "SELECT secret, until_ms, is_current FROM secret WHERE kind = ? ORDER BY id DESC LIMIT 50", (kind,)
            ).fetchall()
        return [(secret, until_ms, bool(is_current)) for secret, until_ms, is_current in rows]

    def end_secrets(self, *kinds: str) -> None:
        """None of these kinds holds any more, but they are still known to have done so."""
        for kind in kinds:
            self._db.execute("UPDATE secret SET is_current = 0 WHERE kind = ?", (kind,))

    def forget_secrets(self) -> None:
        self._db.execute("DELETE FROM secret")

    def forget_all(self) -> None:
        """As if nothing had ever been given; the secrets stay."""
        for table in ("given", "held", "counted"):
            self._db.execute(f"DELETE FROM {table}")

    def close(self) -> None:
        with self._turn:
            self._db.close()

    def _one(self, statement: str, *values: Any) -> Any:
        with self._turn:
            return self._db.execute(statement, values).fetchone()
