"""The fields that a county reports, kind by kind, by the names of our own list. Pure.

What is particular to the platform (its spelling, code tables, lengths, what must be there) is in `config.Province`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from citizen_app.exchange.record import RecordKind

OPERATION = "操作"


@dataclass(frozen=True)
class Field:
    """`form` is one of text, whole, degrees, moment, date, clock, digits, list. `table` names the code table of its values.

    `required`: unless the configuration says otherwise. `least` and `most` bound numbers, and the length of a list. `pattern` is that
    of a text, or of each one in a list.
    """

    form: str = "text"
    required: bool = True
    table: str = ""
    least: float | None = None
    most: float | None = None
    pattern: str = ""


_NAME, _OPTIONAL, _POSITION = Field(), Field(required=False), Field("degrees")
_PUT = Field(table="operation")
_TOWN = Field(table="district")
_SPACES = Field("whole", required=False, least=0, most=100_000)
_CRS = Field(table="coordinate_system")
_MOMENT = Field("moment")

FIELDS: Mapping[RecordKind, Mapping[str, Field]] = {
    RecordKind.PARKING_STATIC: {
        OPERATION: _PUT, "编号": _NAME, "名称": _NAME, "地址": _NAME, "区划": _TOWN, "类型": Field(table="parking_kind"),
        "总泊位": Field("whole", least=1, most=100_000), "充电泊位": _SPACES, "无障碍泊位": _SPACES,
        "经度": _POSITION, "纬度": _POSITION, "坐标系": _CRS, "开放时间": _OPTIONAL, "收费标准": _OPTIONAL, "电话": _OPTIONAL,
    },
    RecordKind.PARKING_DYNAMIC: {
        "编号": _NAME, "总泊位": Field("whole", least=1, most=100_000), "余位": _SPACES,
        "状态": Field(table="parking_status"), "采集时间": _MOMENT,
    },
    RecordKind.LINE: {
        OPERATION: _PUT, "编号": _NAME, "名称": _NAME, "类型": Field(table="line_kind"), "运营商": _OPTIONAL,
        "首末班": _OPTIONAL, "票价": _OPTIONAL, "有效期": _OPTIONAL,
    },
    RecordKind.STOP: {
        OPERATION: _PUT, "编号": _NAME, "名称": _NAME, "村代码": Field(required=False, pattern=r"\d{12}"),
        "经度": _POSITION, "纬度": _POSITION, "坐标系": _CRS,
    },
    RecordKind.STOP_SEQUENCE: {
        OPERATION: _PUT, "编号": _NAME, "线路编号": _NAME, "方向": Field(table="direction"), "站序": Field("list", least=2, most=500),
    },
    RecordKind.TRIP: {
        OPERATION: _PUT, "编号": _NAME, "线路编号": _NAME, "站序编号": _NAME,
        "时刻": Field("list", least=2, most=500, pattern=r"\d{2,3}:[0-5]\d"),
        "间隔": Field("list", required=False, most=50), "运行日规则": _NAME, "运行日期": Field("list", required=False, most=400),
    },
    RecordKind.ALERT: {
        OPERATION: _PUT, "编号": _NAME, "标题": _NAME, "内容": _OPTIONAL, "开始时间": Field("moment", required=False),
        "结束时间": Field("moment", required=False), "线路编号": Field("list", required=False, most=200),
    },
}
