"""What the workbook looks like: its sheets, their columns, what each column may hold. Reader, template and guide follow it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Holds(StrEnum):
    """What stands in a column's cells; the template formats them by it."""

    TEXT = "text"
    NUMBER = "number"
    TIME = "time"
    DATE = "date"


@dataclass(frozen=True)
class Column:
    """`choices` are the only words allowed; `refers` (sheet, column) is where the words stand. `note` is said at the heading."""

    name: str
    note: str
    required: bool = False
    choices: tuple[str, ...] = ()
    refers: tuple[str, str] | None = None
    width: int = 12
    holds: Holds = Holds.TEXT


@dataclass(frozen=True)
class Sheet:
    name: str
    columns: tuple[Column, ...]
    required: bool = False


INSTRUCTIONS = "说明"
DEMO_MARK = "演示"
MARKET_DAYS = "集市"    # as a running day: the days of the line's own market

SYSTEMS = ("WGS-84", "GCJ-02", "BD-09")
SEASONS = ("夏令", "冬令")
DIRECTIONS = ("去", "回", "环")
RUNS = ("照开", "停")
_LINE = ("线路", "线路号")
_STOP = ("站点", "站号")
_DATES = "写成 2026-10-1；几天用顿号隔开，一段写成 2026-10-1至2026-10-7"

ROUTES = Sheet("线路", (
    Column("线路号", "公布的线路号，例如 101、K1、微1。写了就不要改：网址和历史都认它。", required=True),
    Column("线路名称", "例如 客运中心—小芝", width=24),
    Column("英文名", "线路名称的英文", width=28),
    Column("类型", "从下拉列表里选", required=True, choices=("城乡公交", "微公交", "集市班线", "火车站接驳", "城市公交"), width=14),
    Column("集市", "集市班线为哪个集市开：“集市”表里的集市名或代号", refers=("集市", "集市名"), width=14),
    Column("运营单位", "公司名称", width=24),
    Column("电话", "乘客能打通的电话", width=18),
    Column("备注", "写给乘客看的一句话", width=30),
), required=True)

STOPS = Sheet("站点", (
    Column("站号", "站牌上的编号，一个站号一个站（或一侧站台），不能重复。", required=True),
    Column("站名", "站牌上的站名", required=True, width=18),
    Column("英文名", "站名的英文", width=22),
    Column("纬度", "单位是度，例如 28.84856；不知道就空着", holds=Holds.NUMBER),
    Column("经度", "单位是度，例如 121.1161；不知道就空着", holds=Holds.NUMBER),
    Column("坐标系", "空着是 WGS-84；高德、腾讯是 GCJ-02，百度是 BD-09", choices=SYSTEMS),
    Column("坐标来源", "实测，或者估计", choices=("实测", "估计")),
    Column("乡镇", "乡镇街道的名称或代码", width=14),
    Column("村", "村社的名称或代码；重名时写代码或同时写乡镇", width=16),
    Column("片区", "票价片区，例如 A；全程一票价的线路空着", width=8),
    Column("备注", "写给乘客看的一句话", width=30),
), required=True)

CALLS = Sheet("站序", (
    Column("线路号", "“线路”表里的线路号", required=True, refers=_LINE),
    Column("方向", "去、回；环线写 环，终点再写一次起点", required=True, choices=DIRECTIONS, width=8),
    Column("序号", "1、2、3……不能跳号", required=True, width=8, holds=Holds.NUMBER),
    Column("站号", "“站点”表里的站号", required=True, refers=_STOP),
    Column("分钟", "从首站开出到这一站几分钟；首站是 0", required=True, width=8, holds=Holds.NUMBER),
    Column("上下客", "只上、只下；空着是都可以", choices=("只上", "只下"), width=10),
    Column("估时", "时间是大概的写 是", choices=("是",), width=8),
), required=True)

TRIPS = Sheet("班次", (
    Column("线路号", "“线路”表里的线路号", required=True, refers=_LINE),
    Column("方向", "与“站序”表里的方向相同", required=True, choices=DIRECTIONS, width=8),
    Column("运行日", "“运行日”表里的名称；写 集市 就是线路所属集市的市日", required=True, refers=("运行日", "名称")),
    Column("季节", "夏令、冬令；空着是全年", choices=SEASONS, width=8),
    Column("发车时刻", "从起点站开出的时刻，用空格或顿号隔开：6:00 7:10、8:20；过了午夜写 24:30 或 次日0:30", width=44),
    Column("首班", "按间隔发车时填：第一班", width=8, holds=Holds.TIME),
    Column("末班", "按间隔发车时填：最后一班（这一班一定开）", width=8, holds=Holds.TIME),
    Column("间隔", "按间隔发车时填：15分钟/班、10-15分钟/班", width=14),
    Column("起点站", "区间车从哪一站开出：站号或站名；空着是首站", width=14),
    Column("终点站", "区间车开到哪一站：站号或站名；空着是末站", width=14),
    Column("往", "车头牌上写的终点；空着就是终点站的站名", width=14),
    Column("备注", "时刻表下面的脚注", width=30),
), required=True)

DAYS = Sheet("运行日", (
    Column("名称", "自己起的名字，例如 工作日、周末。“集市”两字留给市日。", required=True, width=14),
    Column("规则", "例如 每天、工作日、周末、周一至周五、农历逢三、八", required=True, width=24),
    Column("起", "从哪一天起有效", holds=Holds.DATE),
    Column("止", "到哪一天为止，这一天也开", holds=Holds.DATE),
    Column("节假日", "法定节假日：照开、停；空着按规则", choices=RUNS, width=10),
    Column("调休日", "调休上班的周末：照开、停；空着按规则", choices=RUNS, width=10),
    Column("学期", "只在上学期间或只在寒暑假开", choices=("上学期间", "寒暑假")),
    Column("增开日期", f"另外开的日子，{_DATES}", width=24),
    Column("停开日期", f"不开的日子，{_DATES}", width=24),
    Column("说明", "给自己看的话，不公布", width=30),
))

MARKETS = Sheet("集市", (
    Column("集市名", "例如 汛桥集市", required=True, width=14),
    Column("代号", "网址里的短名，只用 a-z、0-9 和 -，例如 xunqiao；写了就不要改", required=True),
    Column("英文名", "集市名的英文", width=22),
    Column("乡镇", "乡镇街道的名称或代码", width=14),
    Column("规则", "市日，例如 农历逢三、八；公历逢五；周六", required=True, width=24),
    Column("小月三十", "规则里有三十、月份只有廿九天时：不赶，或者改在廿九", choices=("不赶", "廿九"), width=10),
    Column("开市", "几点开始", width=8, holds=Holds.TIME),
    Column("散市", "几点散", width=8, holds=Holds.TIME),
    Column("纬度", "单位是度", holds=Holds.NUMBER),
    Column("经度", "单位是度", holds=Holds.NUMBER),
    Column("坐标系", "空着是 WGS-84；高德、腾讯是 GCJ-02，百度是 BD-09", choices=SYSTEMS),
    Column("增开日期", f"另外赶集的日子，{_DATES}", width=24),
    Column("停开日期", f"不赶的日子，{_DATES}", width=24),
    Column("备注", "写给乘客看的一句话", width=30),
))

FARES = Sheet("票价", (
    Column("线路号", "“线路”表里的线路号", required=True, refers=_LINE),
    Column("票价", "单位是元：2元、2.5；免费写 0", required=True, width=8),
    Column("起片区", "“站点”表里的片区；两格都空着是全程一票价", width=10),
    Column("讫片区", "“站点”表里的片区；反方向同价，不同价就另写一行", width=10),
    Column("备注", "给自己看的话，不公布", width=30),
))

SHEETS = (ROUTES, STOPS, CALLS, TRIPS, DAYS, MARKETS, FARES)
