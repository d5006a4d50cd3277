"""How records, answers and pages look between us and the platform's gateway. Pure.

Asked:     {…fields of a record as the platform spells them, with the envelope's beside them} in a list.
Answered:  {"code": "00", "msg": "…", "data": {"results": [{"流水号": "…", "code": "00", "msg": "…"}]}}
A page:    {"code": "00", "data": {"page": 1, "pages": 3, "rows": [{…fields and envelope}]}}
"datas" is read as "data". What answers look like otherwise is changed here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from citizen_app.exchange.province.config import Province
from citizen_app.exchange.record import Outcome, Record, RecordKind

_LONGEST = 200


@dataclass(frozen=True)
class Answer:
    """A gateway's answer. `data` is {} where there is none."""

    code: str
    message: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Held:
    """One subject as the platform has it: its number (编号), the key of the record that it came with, our names of its fields."""

    number: str
    key: str
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Page:
    """A page of what the platform holds of one kind; pages count from 1."""

    number: int
    pages: int
    rows: tuple[Held, ...]


def write_record(record: Record, province: Province, trial: bool = False) -> dict[str, Any]:
    """A record as the platform wants it. `trial` marks it as one that is checked and not kept."""
    spelling, envelope = province.spelling.get(record.kind, {}), province.envelope
    written = {spelling.get(name, name): value for name, value in record.fields.items() if spelling.get(name, name)}
    around = {
        envelope.key: record.key,
        envelope.observed_at: province.write_moment(record.observed_at),
        envelope.late: envelope.late_values[record.is_late],
        **({envelope.trial: "1"} if trial else {}),
    }
    return {**{name: value for name, value in around.items() if name}, **written}


def read_answer(body: bytes) -> Answer:
    """The answer in a body. Raises ValueError for what is none."""
    try:
        document = json.loads(body)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ValueError("the answer is not JSON") from error
    if not isinstance(document, dict) or not isinstance(document.get("code"), str | int):
        raise ValueError("the answer has no code")
    data = document.get("data", document.get("datas"))
    return Answer(str(document["code"])[:20], plain(document.get("msg", "")), data if isinstance(data, dict) else {})


def read_outcomes(answer: Answer, records: Sequence[Record], province: Province) -> list[Outcome]:
    """What became of each record of a request that succeeded as a whole, in their order.

    An answer without results means all of them. A record that the results leave out is to be sent again.
    """
    results = answer.data.get("results")
    if not isinstance(results, list):
        return [outcome_of(record.key, answer.code, answer.message, province) for record in records]
    found = {str(one.get(province.envelope.key)): one for one in results if isinstance(one, dict)}
    return [
        outcome_of(record.key, str(one.get("code", ""))[:20], plain(one.get("msg", "")), province)
        if (one := found.get(record.key)) else Outcome(record.key, False, False, "", "not in the answer")
        for record in records
    ]


def outcome_of(key: str, code: str, reason: str, province: Province) -> Outcome:
    accepted = code == province.answers.success
    return Outcome(key, accepted, code in province.answers.refused, code, "" if accepted else reason)


def read_page(answer: Answer, kind: RecordKind, province: Province) -> Page:
    """A page of what is held. Raises ValueError for what is none."""
    number, pages, rows = (answer.data.get(name) for name in ("page", "pages", "rows"))
    if not isinstance(number, int) or not isinstance(pages, int) or not isinstance(rows, list):
        raise ValueError("the answer is no page")
    spelled = {theirs: ours for ours, theirs in province.spelling.get(kind, {}).items() if theirs}
    return Page(number, pages, tuple(_held(row, spelled, kind, province) for row in rows if isinstance(row, dict)))


def plain(text: object) -> str:
    """A foreign text made fit for a log or a page: one line, no longer than 200 characters."""
    return "".join(letter if letter.isprintable() else " " for letter in str(text)[:_LONGEST]).strip()


def _held(row: Mapping[str, Any], spelled: Mapping[str, str], kind: RecordKind, province: Province) -> Held:
    envelope = province.envelope
    around = {envelope.key, envelope.late, envelope.trial}
    if kind is not RecordKind.PARKING_DYNAMIC:
        around.add(envelope.observed_at)
    fields = {spelled.get(name, name): value for name, value in row.items() if name not in around}
    return Held(str(fields.get("编号", "")), str(row.get(envelope.key, "")), fields)
