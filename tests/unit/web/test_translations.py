"""Every message of the pages has English, and the English has the same places to fill in."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[3]
PO = ROOT / "citizen_app" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
PLACE = re.compile(r"%\((\w+)\)[sd]|%%s")


def english() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="en")


def used_messages() -> set[str]:
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found: set[str] = set()
    for folder in ("citizen_app", "templates"):
        mapping = [(pattern.removeprefix(f"{folder}/"), method) for pattern, method in methods if pattern.startswith(folder)]
        choices = {pattern.removeprefix(f"{folder}/"): value for pattern, value in options.items()}
        for _, _, message, _, _ in extract_from_dir(ROOT / folder, mapping, choices):
            found.add(message if isinstance(message, str) else message[0])
    return found


def test_every_message_has_english() -> None:
    known = {(one.id if isinstance(one.id, str) else one.id[0]): one.string for one in english() if one.id}
    used = used_messages()
    assert len(used) > 150
    assert [message for message in used if not known.get(message) or not all(known[message])] == []


def test_no_english_is_left_over_or_doubtful() -> None:
    used = used_messages()
    assert [one.id for one in english() if one.id and (one.id if isinstance(one.id, str) else one.id[0]) not in used] == []
    assert [one.id for one in english() if one.id and one.fuzzy] == []


def test_english_holds_no_chinese_and_fills_the_same_places() -> None:
    for message in english():
        if not message.id:
            continue
        chinese = message.id if isinstance(message.id, str) else message.id[0]
        for words in [message.string] if isinstance(message.string, str) else message.string:
            assert not CHINESE.search(words), words
            assert set(PLACE.findall(words)) == set(PLACE.findall(chinese)), chinese


def test_counted_things_have_a_singular_and_a_plural() -> None:
    """One car park, two car parks."""
    message = english().get("%(num)d 个车场")
    assert message is not None and list(message.string) == ["%(num)d car park", "%(num)d car parks"]
