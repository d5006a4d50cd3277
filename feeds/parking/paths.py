"""Where in a foreign record a value stands. Pure.

| path | meaning |
| --- | --- |
| `free` | the field |
| `position.lat` | the field in a field |
| `counters.0.free` | the first of a list (0 of something that is no list is itself: XML repeats an element or does not) |
| `counters[type.name=TOTAL].free` | of a list, the first whose field has this text |
| `$.header.time` | from the top of the payload, the same for every record |

A field whose name is exactly the path wins, so headings may hold any of these signs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from feeds.parking.values import BadValue, plain, text_of

_STEP = re.compile(r"([^.\[\]]+)(?:\[([^\]=]+)=([^\]]*)\])?(?:\.|$)")

Step = tuple[str, str, str]    # field, and of a choice: the field to look at and its text


@lru_cache(maxsize=512)
def steps_of(path: str) -> tuple[Step, ...]:
    """The steps of a path. Raises BadValue for one that is none."""
    steps: list[Step] = []
    at = 0
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None or step.end() == at:
            raise BadValue("expected a path such as position.lat or counters[type=TOTAL].free")
        steps.append((step[1], step[2] or "", step[3] or ""))
        at = step.end()
    if not steps or path.endswith("."):
        raise BadValue("expected a path")
    return tuple(steps)


def look_up(record: Any, path: str, document: Any = None) -> Any:
    """What stands at a path of a record, None where there is nothing. `document` is what `$.` starts from."""
    if path.startswith("$."):
        return look_up(document, path[2:])
    if isinstance(record, Mapping) and path in record:
        return record[path]
    try:
        steps = steps_of(path)
    except BadValue:
        return None    # a heading
    found = record
    for name, key, wanted in steps:
        found = _field(found, name)
        if key:
            found = _choose(found, key, wanted)
    return found


def _field(found: Any, name: str) -> Any:
    if isinstance(found, Mapping):
        return found.get(name, found if name == "0" else None)
    if isinstance(found, list):
        return found[int(name)] if name.isdecimal() and len(name) < 6 and int(name) < len(found) else None
    return found if name == "0" else None


def _choose(found: Any, key: str, wanted: str) -> Any:
    for one in found if isinstance(found, list) else [found]:
        value = plain(look_up(one, key))
        if value is not None and not isinstance(value, (Mapping, list)) and text_of(value) == wanted:
            return one
    return None
