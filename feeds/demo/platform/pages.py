"""What the stand-in platform shows to the curious: plain pages without scripts. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

from citizen_app.clock import to_local
from feeds.demo.platform.faults import Trouble

_KINDS = {
    "parking_static": "停车场静态", "parking_dynamic": "停车场动态", "line": "公交线路", "stop": "公交站点", "stop_sequence": "站序",
    "trip": "班次", "alert": "通知",
}
_HEAD = """<!doctype html><html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>省出行平台替身（演示）</title><style>body{font:16px/1.5 sans-serif;margin:1em auto;max-width:60em;padding:0 1em}
table{border-collapse:collapse;width:100%%;margin:.5em 0 1.5em}
th,td{border-bottom:1px solid #bbb;padding:.3em .6em .3em 0;text-align:left;vertical-align:top;word-break:break-word}</style>
<h1>%s</h1>
"""
_NOTE = "<p>这是演示用的替身，不是浙里畅行。密钥、校验规则和数据都是它自己的，重启后仍在。<br>A stand-in, not the real platform.</p>"


def front_page(
    numbers: Mapping[str, Any], latest: Sequence[tuple[str, str, str, int, int]], troubles: Sequence[Trouble], now: datetime
) -> str:
    """What it holds, what came last, and what is wrong with it at present."""
    rows = [
        [f'<a href="/held/{kind}">{_KINDS[kind]}</a>', *(str(one[name]) for name in ("held", "given", "late", "disordered"))]
        for kind, one in numbers["kinds"].items()
    ]
    counted = f"<p>重复 {numbers['repeated']}，拒收 {numbers['refused']}，试报 {numbers['trials']}。平台时钟 {_moment(now)}。</p>"
    faults = "".join(f"<li>{escape(one.fault)} {escape(one.value)}</li>" for one in troubles)
    came = [
        [_KINDS[kind], escape(number), escape(observed.replace("T", " ")), "补传" if is_late else "", _moment_of(received_ms)]
        for kind, number, observed, is_late, received_ms in latest
    ]
    return "".join((
        _HEAD % "省出行平台替身（演示）", _NOTE, f"<h2>正在模拟的故障</h2><ul>{faults}</ul>" if faults else "",
        "<h2>持有的数据</h2>", _table(("种类", "持有", "收到", "补传", "乱序"), rows), counted,
        "<h2>最近收到</h2>", _table(("种类", "编号", "采集时间", "", "收到"), came),
    ))


def held_page(kind: str, page: int, pages: int, rows: Sequence[Mapping[str, Any]]) -> str:
    """One page of what it holds of a kind."""
    more = f' <a href="?page={page + 1}">下一页</a>' if page < pages else ""
    cells = [[escape(str(one.get("编号"))), escape(json.dumps(one, ensure_ascii=False))] for one in rows]
    place = f'<p><a href="/">返回</a> 第 {page} / {pages} 页{more}</p>'
    return "".join((_HEAD % f"{_KINDS[kind]}（演示）", place, _table(("编号", "记录"), cells)))


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Cells are HTML already."""
    head = "".join(f'<th scope="col">{one}</th>' for one in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _moment_of(milliseconds: int) -> str:
    return _moment(datetime.fromtimestamp(milliseconds / 1000, UTC))


def _moment(moment: datetime) -> str:
    return f"{to_local(moment):%m-%d %H:%M:%S}"
