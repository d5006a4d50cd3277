"""Static files with a hash of their content in the address, and the stylesheets made of their components.

A page loads one stylesheet: that of its kind, with what all kinds share in it. A phone may keep such a file for a year:
when the content changes, so does the address.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

from citizen_app.access import PUBLIC, access

STYLES = {
    "style": (
        "base", "sign", "availability", "rows", "badge", "doors", "choices", "button", "table", "form", "search", "curve", "count",
        "reference", "narrow",
    ),
    "buses": (
        "base", "sign", "rows", "badge", "board", "choices", "button", "table", "form", "search", "calendar", "timetable", "village",
        "narrow_buses",
    ),
    "journeys": ("base", "sign", "rows", "badge", "choices", "button", "form", "search", "journeys", "narrow_buses"),
    "near": ("base", "sign", "availability", "rows", "badge", "button", "near", "narrow"),
    "poster": ("base", "badge", "table", "button", "poster"),
}
_YEAR_S = 365 * 24 * 3600


def init_app(app: Flask) -> None:
    """Serve `/style.css` and its kind, and add `?v=<hash>` to the address of every static file."""
    root = Path(app.static_folder or "static")
    sheets = {sheet: join_styles(root / "css", sheet) for sheet in STYLES}
    sheet_hashes = {sheet: _short_hash(text.encode()) for sheet, text in sheets.items()}
    hashes: dict[tuple[str, int], str] = {}

    def hash_of(filename: str) -> str:
        path = root / filename
        if not path.is_file():
            return ""
        key = (filename, path.stat().st_mtime_ns)
        if key not in hashes:
            hashes[key] = _short_hash(path.read_bytes())
        return hashes[key]

    @access(PUBLIC)
    def serve_style(sheet: str) -> Response:
        return Response(sheets[sheet], mimetype="text/css")

    for sheet in STYLES:
        app.add_url_rule(f"/{sheet}.css", "style", serve_style, defaults={"sheet": sheet})
    access(PUBLIC)(app.view_functions["static"])

    @app.url_defaults
    def add_hash(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "style":
            values.setdefault("v", sheet_hashes[values.setdefault("sheet", "style")])
        elif endpoint == "static" and (found := hash_of(values.get("filename", ""))):
            values.setdefault("v", found)

    @app.after_request
    def keep_long(response: Response) -> Response:
        if request.endpoint in {"style", "static"} and response.status_code in {200, 304}:
            age = f"max-age={_YEAR_S}, immutable" if "v" in request.args else "no-cache"
            response.headers["Cache-Control"] = f"public, {age}"
        return response


def join_styles(folder: Path, sheet: str) -> str:
    """The stylesheets of a sheet's components as one, without comments and indentation."""
    text = "".join((folder / f"{name}.css").read_text(encoding="utf-8") for name in STYLES[sheet])
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def _short_hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:10]
