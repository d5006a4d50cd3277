"""The GTFS validator in a process of its own, so that no feed can take the memory or the time of ours. Run by client.py only.

    python -I guru_run.py FEED.zip DATE

Writes one JSON list: the notices by code, each with how many and a few of them.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import gtfs_guru

_SAMPLES = 5


def main(path: str, date: str) -> None:
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    for notice in gtfs_guru.validate(path, date=date).notices:
        group = groups.setdefault((notice.severity, notice.code), {
            "severity": notice.severity, "code": notice.code, "message": notice.message, "count": 0, "samples": [],
        })
        group["count"] += 1
        if len(group["samples"]) < _SAMPLES:
            group["samples"].append({"file": notice.file, "row": notice.row, "field": notice.field, "context": notice.context()})
    json.dump(list(groups.values()), sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
