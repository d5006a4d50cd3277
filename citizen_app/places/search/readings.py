"""How names are read, for when data is loaded; pages use what was kept then. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from pypinyin import lazy_pinyin

from citizen_app.places.search.fold import fold, is_hanzi, runs_of

_MOST = 4
_OTHERS = {    # characters of place names that people read in two ways
    "长": ("chang", "zhang"), "单": ("shan", "dan"), "解": ("xie", "jie"), "缪": ("miao", "mou"), "弄": ("long", "nong"),
    "朝": ("chao", "zhao"), "乐": ("le", "yue"), "重": ("chong", "zhong"), "行": ("hang", "xing"), "都": ("du", "dou"),
    "会": ("hui", "kuai"), "曾": ("zeng", "ceng"), "盛": ("sheng", "cheng"), "柏": ("bai", "bo"), "种": ("zhong", "chong"),
    "查": ("zha", "cha"), "区": ("qu", "ou"), "宿": ("su", "xiu"), "浚": ("jun", "xun"), "峙": ("zhi", "shi"), "台": ("tai",),
    "角": ("jiao", "jue"), "沈": ("shen", "chen"), "更": ("geng",), "绿": ("lv", "lu"), "六": ("liu", "lu"), "降": ("jiang", "xiang"),
    "厦": ("xia", "sha"), "堡": ("bao", "bu", "pu"), "番": ("fan", "pan"), "蚌": ("beng", "bang"), "洞": ("dong", "tong"),
}


def read_name(name: str, overrides: Mapping[str, str]) -> tuple[str, ...]:
    """The readings of a name, the right one first: syllables in pinyin without tones, parted by spaces; () for no name.

    `overrides` say how a name, or a part of names, is read: {"长潭": "chang tan", "弄": "long"}; the longer part wins, and
    what does not have a syllable for each character is passed over. Letters and digits stay as they are. Further readings
    are those that people use for the same characters.
    """
    folded = fold(name)
    units = [piece for run in runs_of(folded) for piece in (run if is_hanzi(run[0]) else [run])]
    machine = [syllable for run in runs_of(folded) for syllable in (lazy_pinyin(run) if is_hanzi(run[0]) else [run])]
    if not units or len(units) != len(machine):
        return ()
    right, is_sure = _corrected(units, machine, overrides)
    found = [right, machine]
    for at, unit in enumerate(units):
        others = _OTHERS.get(unit, ())
        found.extend([*right[:at], other, *right[at + 1:]] for other in others if not is_sure[at] or other != right[at])
    return tuple(dict.fromkeys(" ".join(one) for one in found))[:_MOST]


def _corrected(units: list[str], machine: list[str], overrides: Mapping[str, str]) -> tuple[list[str], list[bool]]:
    """The reading with the corrections in it, and which syllables they gave."""
    right, is_sure = list(machine), [False] * len(units)
    for part in sorted(overrides, key=len, reverse=True):
        signs, syllables = list(fold(part).replace(" ", "")), overrides[part].lower().split()
        if not signs or len(signs) != len(syllables):
            continue
        for at in range(len(units) - len(signs) + 1):
            if units[at:at + len(signs)] == signs and not any(is_sure[at:at + len(signs)]):
                right[at:at + len(signs)] = syllables
                is_sure[at:at + len(signs)] = [True] * len(signs)
    return right, is_sure
