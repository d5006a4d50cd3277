"""Notices about lines as the province has them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from citizen_app.exchange.province.config import Province
from citizen_app.exchange.province.parking import given
from citizen_app.exchange.province.spec import OPERATION
from citizen_app.exchange.record import Content, RecordKind


def alert_record(
    uid: str, title: str, text: str, route_ids: Sequence[str], starts_at: datetime | None, ends_at: datetime | None,
    province: Province,
) -> Content:
    """通知: which lines it is about (none: all), from when until when (UTC, None: open)."""
    return Content(RecordKind.ALERT, f"alert:{uid}", given({
        OPERATION: province.codes["operation"]["put"],
        "编号": uid,
        "标题": title,
        "内容": text,
        "开始时间": province.write_moment(starts_at) if starts_at else "",
        "结束时间": province.write_moment(ends_at) if ends_at else "",
        "线路编号": list(route_ids),
    }))
