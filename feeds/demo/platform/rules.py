"""What the stand-in platform takes: its interfaces, and the rules of each field. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

Check = Callable[[Any], str]

KEY, OBSERVED, LATE, TRIAL = "流水号", "采集时间", "补传标志", "试报标志"
NUMBER, OPERATION, REMOVE = "编号", "操作", "0"
_PUSHED = {
    "parkingStatic": "parking_static", "parkingDynamic": "parking_dynamic", "busLine": "line", "busStop": "stop",
    "busStopSequence": "stop_sequence", "busTrip": "trip", "busAlert": "alert",
}
KINDS = tuple(_PUSHED.values())
_PATH = re.compile(r"/gateway/api/\w+/dataSharing/(\w+?)(Query)?\.htm")
_TOWN = re.compile(r"331082\d{3}")
_CLOCK = re.compile(r"\d{2,3}:[0-5]\d")


def interface_of(path: str) -> tuple[str, bool] | None:
    """The kind that a path is for, and whether it asks instead of telling; None for a path that there is not."""
    match = _PATH.fullmatch(path)
    kind = _PUSHED.get(match[1]) if match else None
    return None if kind is None or match is None else (kind, match[2] is not None)


def find_fault(kind: str, record: Mapping[str, Any]) -> str:
    """What is wrong with a record, in one line; "" when it is good."""
    rules = {**_ENVELOPE, **(_REMOVAL if record.get(OPERATION) == REMOVE else _FIELDS[kind])}
    for name in record:
        if name not in rules and name != TRIAL:
            return f"{name}：没有这个字段"
    for name, (is_needed, check) in rules.items():
        value = record.get(name)
        if value is None or value in ("", []):
            if is_needed:
                return f"{name}：必填"
        elif fault := check(value):
            return f"{name}：{fault}"
    return _find_fault_together(kind, record)


def moment_of(record: Mapping[str, Any]) -> datetime:
    return datetime.strptime(str(record[OBSERVED]), "%Y-%m-%d %H:%M:%S")


def _find_fault_together(kind: str, record: Mapping[str, Any]) -> str:
    if kind.startswith("parking") and record.get(OPERATION) != REMOVE:
        most = record["总泊位"]
        for name in ("余位", "充电泊位", "无障碍泊位"):
            if (record.get(name) or 0) > most:
                return f"{name}：大于总泊位"
        if kind == "parking_dynamic" and record["状态"] == "1" and record.get("余位") is None:
            return "余位：开放时必填"
    return ""


def _text(most: int) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, str):
            return "应为文本"
        if not value.isprintable():
            return "含不可见字符"
        return f"长度超过{most}" if len(value) > most else ""

    return check


def _whole(least: int) -> Check:
    def check(value: Any) -> str:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        return "" if is_whole and least <= value <= 100_000 else f"应为不小于{least}的整数"

    return check


def _degrees(least: float, most: float) -> Check:
    def check(value: Any) -> str:
        return "" if isinstance(value, float) and least <= value <= most else "不在本县范围内"

    return check


def _one_of(*codes: str) -> Check:
    return lambda value: "" if value in codes else "不在代码表内"


def _shaped(pattern: re.Pattern[str], words: str) -> Check:
    return lambda value: "" if isinstance(value, str) and pattern.fullmatch(value) else words


def _moment(value: Any) -> str:
    try:
        datetime.strptime(value, "%Y-%m-%d %H:%M:%S")
    except (TypeError, ValueError):
        return "应为 YYYY-MM-DD HH:MM:SS"
    return ""


def _day(value: Any) -> str:
    try:
        datetime.strptime(value, "%Y-%m-%d")
    except (TypeError, ValueError):
        return "应为 YYYY-MM-DD"
    return ""


def _list_of(check: Check, least: int = 0) -> Check:
    def check_all(value: Any) -> str:
        if not isinstance(value, list) or len(value) < least:
            return f"应为不少于{least}项的列表"
        return next((fault for fault in map(check, value) if fault), "")

    return check_all


def _stop_of_sequence(value: Any) -> str:
    is_one = isinstance(value, dict) and set(value) == {"序号", "站点编号"} and isinstance(value["序号"], int)
    return "" if is_one and value["站点编号"] else "每项应有序号和站点编号"


def _interval(value: Any) -> str:
    is_one = isinstance(value, dict) and set(value) == {"起", "止", "最短分钟", "最长分钟"}
    return "" if is_one else "每项应有起、止、最短分钟、最长分钟"


_NUMBER, _NAME = (True, _text(100)), (True, _text(50))
_PUT = (True, _one_of("1"))
_PLACE = {
    "经度": (True, _degrees(120.75, 121.85)), "纬度": (True, _degrees(28.60, 29.15)), "坐标系": (True, _one_of("WGS-84", "GCJ-02")),
}
_TIME = _shaped(_CLOCK, "应为 HH:MM")
_ENVELOPE: Mapping[str, tuple[bool, Check]] = {
    KEY: (True, _shaped(re.compile(r"[0-9a-f]{32}"), "应为32位十六进制")), OBSERVED: (True, _moment), LATE: (True, _one_of("0", "1")),
}
_REMOVAL: Mapping[str, tuple[bool, Check]] = {OPERATION: (True, _one_of(REMOVE)), NUMBER: _NUMBER}
_FIELDS: Mapping[str, Mapping[str, tuple[bool, Check]]] = {
    "parking_static": {
        OPERATION: _PUT, NUMBER: _NUMBER, "名称": _NAME, "地址": (True, _text(100)),
        "区划": (True, _shaped(_TOWN, "不是本县乡镇街道代码")), "类型": (True, _one_of("1", "2", "3", "4", "5")),
        "总泊位": (True, _whole(1)), "充电泊位": (False, _whole(0)), "无障碍泊位": (False, _whole(0)), **_PLACE,
        "开放时间": (False, _text(300)), "收费标准": (False, _text(500)), "电话": (False, _text(100)),
    },
    "parking_dynamic": {
        NUMBER: _NUMBER, "总泊位": (True, _whole(1)), "余位": (False, _whole(0)), "状态": (True, _one_of("1", "2", "9")),
    },
    "line": {
        OPERATION: _PUT, NUMBER: _NUMBER, "名称": _NAME, "类型": (True, _one_of("1", "2", "3", "4", "5", "9")),
        "运营商": (False, _text(100)), "首末班": (False, _text(100)), "票价": (False, _text(100)), "有效期": (False, _text(100)),
    },
    "stop": {
        OPERATION: _PUT, NUMBER: _NUMBER, "名称": _NAME, "村代码": (False, _shaped(re.compile(r"\d{12}"), "应为12位数字")), **_PLACE,
    },
    "stop_sequence": {
        OPERATION: _PUT, NUMBER: _NUMBER, "线路编号": _NUMBER, "方向": (True, _one_of("0", "1", "2")),
        "站序": (True, _list_of(_stop_of_sequence, 2)),
    },
    "trip": {
        OPERATION: _PUT, NUMBER: _NUMBER, "线路编号": _NUMBER, "站序编号": _NUMBER, "时刻": (True, _list_of(_TIME, 2)),
        "间隔": (False, _list_of(_interval)), "运行日规则": (True, _text(200)), "运行日期": (False, _list_of(_day)),
    },
    "alert": {
        OPERATION: _PUT, NUMBER: _NUMBER, "标题": _NUMBER, "内容": (False, _text(500)), "开始时间": (False, _moment),
        "结束时间": (False, _moment), "线路编号": (False, _list_of(_text(100))),
    },
}
