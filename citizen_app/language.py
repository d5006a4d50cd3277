"""The reader's language and its texts, looked up once for each request.

flask-babel finds both anew for every text, and a timetable has hundreds; outside of requests it is asked each time.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from gettext import NullTranslations
from typing import Any

from flask import Flask
from flask_babel import get_domain, get_locale
from markupsafe import Markup


@dataclass(frozen=True)
class _Chosen:
    translations: NullTranslations
    is_english: bool


_chosen: ContextVar[_Chosen | None] = ContextVar("language", default=None)


def init_app(app: Flask) -> None:
    """Also gives templates these functions, in place of flask-babel's own."""
    app.before_request(_begin)
    app.teardown_request(_end)
    app.jinja_env.globals.update({"_": _markup, "gettext": _markup, "ngettext": _nmarkup})


def gettext(text: str, **values: Any) -> str:
    """The text in the reader's language, with %(name)s replaced by the values."""
    said = (_chosen.get() or _choose()).translations.gettext(text)
    return said % values if values else said


def ngettext(singular: str, plural: str, num: int, **values: Any) -> str:
    """The same for a number; %(num)d is the number."""
    said = (_chosen.get() or _choose()).translations.ngettext(singular, plural, num)
    return said % {"num": num, **values}


def in_english() -> bool:
    return (_chosen.get() or _choose()).is_english


def _markup(text: str, **values: Any) -> Markup:
    """For templates: values are escaped, the texts are ours. A percent sign in a text is doubled, as always there."""
    said = Markup((_chosen.get() or _choose()).translations.gettext(text))
    return said % values if values or "%" in said else said


def _nmarkup(singular: str, plural: str, num: int, **values: Any) -> Markup:
    return Markup((_chosen.get() or _choose()).translations.ngettext(singular, plural, num)) % {"num": num, **values}


def _choose() -> _Chosen:
    locale = get_locale()
    return _Chosen(get_domain().get_translations(), locale is not None and locale.language == "en")


def _begin() -> None:
    _chosen.set(_choose())


def _end(_error: BaseException | None) -> None:
    _chosen.set(None)
