"""What may stand around a name without being part of it: endings of names by kind, and words that people say beside one. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from citizen_app.places.search.entry import EntryKind

_CORE_AT_LEAST = 2
_LOSS = 0.2
_OF_NAMES = {
    EntryKind.TOWN: re.compile(r"(街道办事处|街道|镇|乡)$"),
    EntryKind.VILLAGE: re.compile(r"(社区居委会|社区居民委员会|居民委员会|居委会|村民委员会|村委会|社区|村)$"),
    EntryKind.STOP: re.compile(r"(公交站|车站|站|村)$"),
    EntryKind.PARKING: re.compile(r"(地下|路边|换乘|立体|公共|地面)?(停车场|停车楼|停车库|停车位|车库|泊位)$"),
    EntryKind.MARKET: re.compile(r"(集市|早市|夜市|庙会|市场)$"),
}
_OF_QUERIES: tuple[tuple[re.Pattern[str], EntryKind | None, bool], ...] = (
    (re.compile(r"的?(地下|路边|换乘|公共)?(停车场|停车楼|停车库|停车位|停车|车库|泊位)$"), EntryKind.PARKING, True),
    (re.compile(r"的?(集市|市日|赶集|集日|早市|庙会)$"), EntryKind.MARKET, True),
    (re.compile(r"的?(公交站|公交车站|汽车站|车站|站台|站点|站)$"), EntryKind.STOP, False),
    (re.compile(r"(村民委员会|村委会|村里|村)$"), EntryKind.VILLAGE, False),
    (re.compile(r"村?(居委会|社区)$"), EntryKind.VILLAGE, False),
    (re.compile(r"(街道办事处|街道|镇上|镇里|镇|乡)$"), EntryKind.TOWN, False),
    (re.compile(r"(村口|路口|门口|附近|那边|那里)$"), None, False),
)
_AHEAD = re.compile(
    r"^((请问|我要|我想|我们|要|想|怎么)?(坐车去|坐车到|乘车到|去往|前往|开往|去|到|回|往|坐|乘|从|在|找|查)(?=..)"
    r"|((how (do i |can i |to )?)?(get|go) to|where is|bus to|to|near|from)( the)? (?=..))"
)
_BEHIND = re.compile(
    r"(怎么走|怎么去|怎么坐|怎么坐车|在哪里|在哪儿|在哪|去哪里|去哪|到哪里|的公交车|的公交|的班车|的车|公交车|公交|班车|时刻表|几点有车|几点|下车|上车)$"
)
_BETWEEN = re.compile(r"(?<=..)[到至](?=..)")
_KIND_ALONE = re.compile(
    r"(?P<parking>停车场?|停车位|parking|car ?parks?|where to park)|(?P<market>集市|市日|赶集|集日|markets?)"
    r"|(?P<town>乡镇|街道|镇|towns?)"
)
_ENGLISH = {
    "village": (EntryKind.VILLAGE, False), "town": (EntryKind.TOWN, False), "township": (EntryKind.TOWN, False),
    "parking": (EntryKind.PARKING, True), "carpark": (EntryKind.PARKING, True), "stop": (EntryKind.STOP, False),
    "market": (EntryKind.MARKET, True), "line": (EntryKind.LINE, False), "route": (EntryKind.LINE, False),
}
_ENGLISH_PAIRS = {("car", "park"): "parking", ("parking", "lot"): "parking", ("bus", "stop"): "stop"}
_ENGLISH_SAME = {"center": "centre", "train": "railway", "rd": "road", "theatre": "theater"}
_ENGLISH_EMPTY = frozenset({"to", "the", "at", "from", "near", "in"})


@dataclass(frozen=True)
class Wording:
    """One way to take a query. `kind`: what an ending says that is meant; `is_strict`: other kinds come after it.

    `leans_to`: the kind that comes first among equals. `loss`: how much of what was typed it passes over, as a small shade.
    """

    text: str
    kind: EntryKind | None = None
    is_strict: bool = False
    loss: float = 0.0
    leans_to: EntryKind | None = None


def core_of(name: str, kind: EntryKind) -> str:
    """A squeezed name without the ending of its kind: 光明 of 光明村. Keeps at least two characters."""
    pattern = _OF_NAMES.get(kind)
    core = pattern.sub("", name) if pattern else name
    return core if len(core) >= _CORE_AT_LEAST else name


def wordings_of(folded: str) -> list[Wording]:
    """The ways to take what was typed, the plainest first: as it stands, without said-aloud words, without endings."""
    found: list[Wording] = []
    plain = _AHEAD.sub("", folded)
    plain = _BEHIND.sub("", plain) or plain
    if plain != folded:
        found.append(Wording(plain.strip(), loss=_LOSS))
    joined = _BETWEEN.sub(" ", plain)
    if joined != plain:
        found.append(Wording(joined, loss=_LOSS))
    wording = _without_generic_words(plain.strip())
    if wording.kind is not None:
        found.append(wording)
    text, kind, is_strict = plain.strip(), wording.kind, wording.is_strict
    for _ in range(2):
        for pattern, meant, strict in _OF_QUERIES:
            shorter = pattern.sub("", text).strip()
            if shorter != text and len(shorter) >= 1:
                text, kind, is_strict = shorter, kind or meant, is_strict or strict
                found.append(Wording(text, kind, is_strict, _LOSS))
                break
    found.insert(0, Wording(_english(folded, keep=True), leans_to=kind))
    return list({one.text: one for one in reversed(found) if one.text}.values())[::-1]


def kind_alone(folded: str) -> EntryKind | None:
    """The kind, where the words name nothing else: 停车, markets."""
    found = _KIND_ALONE.fullmatch(folded)
    return EntryKind(found.lastgroup) if found and found.lastgroup else None


def english_form(folded: str) -> str:
    """English words in the one spelling that names and queries are compared in."""
    return _english(folded, keep=True)


def _english(folded: str, *, keep: bool) -> str:
    words = folded.split(" ")
    paired: list[str] = []
    for word in words:
        pair = _ENGLISH_PAIRS.get((paired[-1], word)) if paired else None
        if pair:
            paired[-1:] = [pair]
        else:
            paired.append(_ENGLISH_SAME.get(word, word))
    return " ".join(word for word in paired if keep or word not in _ENGLISH_EMPTY)


def _without_generic_words(folded: str) -> Wording:
    words = _english(folded, keep=False).split(" ")
    kinds = [_ENGLISH[word] for word in words if word in _ENGLISH]
    rest = " ".join(word for word in words if word not in _ENGLISH)
    if not kinds or not rest:
        return Wording(folded)
    return Wording(rest, *kinds[-1], _LOSS)
