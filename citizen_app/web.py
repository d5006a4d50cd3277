"""What every page and answer shares: language and large print, guards, security headers, errors, compression."""

from __future__ import annotations

import gzip
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask import Flask, Response, abort, current_app, g, has_request_context, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, default_exceptions
from werkzeug.middleware.proxy_fix import ProxyFix

from citizen_app import assets, clock, language, words
from citizen_app.errors import AppError, Conflict, InvalidInput, NotFound, Refused, Unavailable, problem
from citizen_app.places import store as places_store
from citizen_app.places.county import County

_YEAR_S = 365 * 24 * 3600
_MOST_LINKS = 8192    # remembered; some two megabytes
_CARRIED = "citizen.carried"
_MACHINE_PATHS = ("/api/", "/open-data/", "/healthz", "/readyz", "/metrics")
_OPEN_PATHS = ("/api/", "/open-data/")    # those themselves are pages for people
_DATA_FILES = ("exchange.", "history.")    # blueprints whose addresses are passed on, and have no language
_OPEN_HEADERS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag, Retry-After, X-Request-ID"}
_PREFLIGHT_HEADERS = {    # any site's script may read, none may write
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "If-None-Match",
    "Access-Control-Max-Age": "86400",
}
_STATUS: dict[type[AppError], int] = {NotFound: 404, InvalidInput: 422, Conflict: 409, Refused: 401, Unavailable: 503}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), payment=(), usb=()",
}


def init_app(app: Flask) -> None:
    language.init_app(app)
    assets.init_app(app)
    words.init_app(app)
    if app.config["TRUSTED_PROXIES"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=app.config["TRUSTED_PROXIES"], x_proto=0)  # type: ignore[method-assign]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.before_request(_refuse_unmarked)
    app.context_processor(_page_context)
    app.url_defaults(_carry_choices)
    app.extensions["links"] = lru_cache(_MOST_LINKS, typed=True)(_make_link)
    app.jinja_env.globals.update(static_url=static_url, here=here, url_for=link_to)
    app.after_request(_remember_choices)
    app.after_request(_add_headers)
    app.after_request(_compress)
    app.register_error_handler(AppError, _show_app_error)
    for code in default_exceptions:
        app.register_error_handler(code, _show_http_error)


# Language and large print: by link, then by cookie; a link goes on working where cookies are off.

def choose_locale() -> str:
    """"zh" or "en": `?lang=`, else the cookie, else what the browser asks for; Chinese where it asks for neither."""
    if not has_request_context():
        return "zh"
    languages = current_app.config["LANGUAGES"]
    for wish in (request.args.get("lang"), request.cookies.get("lang")):
        if wish in languages:
            return str(wish)
    wishes = request.accept_languages.best_match(["zh", "zh-CN", "zh-Hans", "zh-TW", "zh-HK", "en", "en-GB", "en-US"], "zh")
    return "en" if wishes.startswith("en") else "zh"


def choose_elder() -> bool:
    """Large print: `?elder=1` or `?elder=0`, else the cookie."""
    wish = request.args.get("elder")
    return (wish if wish in {"0", "1"} else request.cookies.get("elder")) == "1"


def carried() -> dict[str, str]:
    """The choices in this address that the phone has not kept in a cookie (yet): links must carry them on."""
    if _CARRIED not in request.environ:    # asked for every link of a page
        allowed = {"lang": current_app.config["LANGUAGES"], "elder": ("0", "1")}
        request.environ[_CARRIED] = {
            name: request.args[name]
            for name, values in allowed.items()
            if request.args.get(name) in values and request.cookies.get(name) != request.args[name]
        }
    choices: dict[str, str] = request.environ[_CARRIED]
    return choices


def _carry_choices(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint not in {"static", "style"} and not endpoint.startswith(_DATA_FILES):
        for name, value in _carried_by_links():
            values.setdefault(name, value)


def _carried_by_links() -> tuple[tuple[str, str], ...]:
    return tuple(carried().items()) if has_request_context() and not _for_machine() else ()


def _remember_choices(response: Response) -> Response:
    for name, value in carried().items():
        response.set_cookie(name, value, max_age=_YEAR_S, samesite="Lax", httponly=True, secure=request.is_secure)
    return response


def link_to(endpoint: str, **values: Any) -> str:
    """Flask's `url_for`, each address made once: to make one takes as long as ten lines of a page.

    It is for addresses within the site; those of files, which may change while it runs, and those outside of requests are
    made each time.
    """
    if endpoint == "static" or not has_request_context():
        return url_for(endpoint, **values)
    links: Any = current_app.extensions["links"]
    return str(links(request.script_root, _carried_by_links(), endpoint, tuple(values.items())))


def _make_link(_root: str, _carried: tuple[tuple[str, str], ...], endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
    return url_for(endpoint, **dict(values))


def public_link(endpoint: str, **values: Any) -> str:
    """The whole address, for what leaves the site (a QR code, a calendar file): at PUBLIC_URL, else where the reader asked."""
    base: str = current_app.config["PUBLIC_URL"]
    return f"{base}{url_for(endpoint, **values)}" if base else url_for(endpoint, _external=True, **values)


def here(**changes: str | None) -> str:
    """This page's address with some of it changed; None takes a part of the query away."""
    args = {**request.args.to_dict(), **(request.view_args or {}), **changes}
    values: dict[str, Any] = {name: value for name, value in args.items() if value is not None}
    if request.endpoint is None:
        return url_for("places.show_home", **values)
    return url_for(request.endpoint, **values)


def static_url(filename: str) -> str:
    return url_for("static", filename=filename)


def page_now() -> datetime:
    """The one moment that everything on this page is judged at."""
    if "now" not in g:
        g.now = clock.now()
    moment: datetime = g.now
    return moment


def _page_context() -> dict[str, Any]:
    county = _find_county()
    return {
        "county": county,
        "now": page_now(),
        "lang": "en" if language.in_english() else "zh",
        "elder": choose_elder(),
        "carried": carried(),
        "is_demo": bool(county and county.is_demo),
    }


def _find_county() -> County | None:
    """None when no county was ever loaded; an error page must come out even then."""
    try:
        return places_store.current_county()
    except AppError:
        return None


# Guards and headers.

def _refuse_unmarked() -> None:
    """A view that does not say who may call it is called by nobody (see access.py)."""
    if request.endpoint is None or request.method == "OPTIONS":
        return
    view: Any = current_app.view_functions[request.endpoint]
    view_class = getattr(view, "view_class", None)
    if view_class is not None:
        method = "get" if request.method == "HEAD" else request.method.lower()
        view = getattr(view_class, method, None)
    if not hasattr(view, "access"):
        abort(403)


def _add_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.path.startswith(_OPEN_PATHS):
        response.headers.update(_OPEN_HEADERS)
        if request.method == "OPTIONS":
            response.headers.update(_PREFLIGHT_HEADERS)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR_S}")
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "private, no-cache")
        _vary_by(response, "Accept-Language, Cookie")
    return response


def _compress(response: Response) -> Response:
    """Gzip for text: on a county's edge a page of 4 kB arrives in a second, one of 20 kB in five."""
    kind = response.mimetype or ""
    compressible = kind.startswith("text/") or kind in {
        "application/json", "application/geo+json", "application/problem+json", "application/javascript", "application/xml",
        "image/svg+xml",
    }
    if not compressible or response.status_code in {204, 304} or "Content-Encoding" in response.headers:
        return response
    _vary_by(response, "Accept-Encoding")
    if "gzip" not in request.headers.get("Accept-Encoding", "") or request.method == "HEAD":
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) > 500:
        response.set_data(gzip.compress(body, 6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        etag, _ = response.get_etag()
        if etag:
            response.set_etag(etag, weak=True)
    return response


def _vary_by(response: Response, names: str) -> None:
    before = response.headers.get("Vary")
    response.headers["Vary"] = f"{before}, {names}" if before else names


# Errors: a problem for machines, a page that says what to do next for people.

def _for_machine() -> bool:
    return (request.path.startswith(_MACHINE_PATHS) and request.path not in _OPEN_PATHS) or request.is_json


def _show_app_error(error: AppError) -> ResponseReturnValue:
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 500)
    faults = getattr(error, "problems", ())
    if _for_machine():
        return problem_response(status, str(error), [vars(fault) for fault in faults])
    return error_page(status)


def _show_http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if not _for_machine():
        return error_page(status)
    data = getattr(error, "data", None) or {}
    faults = data.get("errors") or _faults(data.get("messages"))
    response = problem_response(status, data.get("message") or error.description or error.name, faults)
    response.headers.extend({**dict(error.get_headers()), **(data.get("headers") or {})}.items())
    response.headers["Content-Type"] = "application/problem+json"
    return response


def _faults(messages: Any) -> list[dict[str, str]]:
    """What webargs says ({"query": {"to": ["..."]}}), in the shape of every other fault."""
    return [
        vars(problem(place, field, request.args.get(field, ""), "; ".join(map(str, said))))
        for place, fields in (messages or {}).items()
        for field, said in fields.items()
    ]


def problem_response(status: int, detail: str, faults: Any = ()) -> Response:
    """An RFC 9457 problem: type, title, status, detail, and `errors` where single values are at fault."""
    title = default_exceptions[status]().name if status in default_exceptions else "Error"
    detail = "Some values cannot be taken." if faults else detail
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if faults:
        body["errors"] = faults
    return Response(current_app.json.dumps(body), status, mimetype="application/problem+json")


def error_page(status: int) -> tuple[str, int]:
    """A page that looks like the site, says what happened and what to do next."""
    try:
        return render_template("error.html", status=status), status
    except Exception:    # whatever broke the page may break this one too; a plain sentence still comes out
        current_app.logger.exception("error page failed")
        said = language.gettext("出错了，请稍后再试。")
        return f"<!DOCTYPE html><title>{status}</title><p>{said}</p>", status
