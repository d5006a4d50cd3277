"""Static files with a hash of their content in the address, and the one stylesheet made of its components.

A phone may keep such a file for a year: when the content changes, so does the address.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

from citizen_app.access import PUBLIC, access

STYLES = (
    "base", "sign", "availability", "rows", "doors", "choices", "button", "table", "form", "curve", "count", "reference",
    "narrow",
)
_YEAR_S = 365 * 24 * 3600


def init_app(app: Flask) -> None:
    """Serve `/style.css`, and add `?v=<hash>` to the address of every static file."""
    root = Path(app.static_folder or "static")
    style = join_styles(root / "css")
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
    def serve_style() -> Response:
        return Response(style, mimetype="text/css")

    app.add_url_rule("/style.css", "style", serve_style)
    access(PUBLIC)(app.view_functions["static"])

    @app.url_defaults
    def add_hash(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "style":
            values.setdefault("v", _short_hash(style.encode()))
        elif endpoint == "static" and (found := hash_of(values.get("filename", ""))):
            values.setdefault("v", found)

    @app.after_request
    def keep_long(response: Response) -> Response:
        if request.endpoint in {"style", "static"} and response.status_code in {200, 304}:
            age = f"max-age={_YEAR_S}, immutable" if "v" in request.args else "no-cache"
            response.headers["Cache-Control"] = f"public, {age}"
        return response


def join_styles(folder: Path) -> str:
    """The components' stylesheets as one, without comments and indentation."""
    text = "".join((folder / f"{name}.css").read_text(encoding="utf-8") for name in STYLES)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def _short_hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:10]
