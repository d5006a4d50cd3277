"""Who may call a route. Every view function carries one of these marks; a test fails for a view without.

    @blueprint.get("/parking")
    @access(PUBLIC)
    def list_facilities(): ...

The mark is only words; `web.py` refuses any request to a view without one, and the guards for SOURCE (a
signature) and ATTENDANT (a signed link) stand in the views that need them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = "public"
SOURCE = "source"
ATTENDANT = "attendant"
STAFF = "staff"


def access(who: str) -> Callable[[View], View]:
    """Mark a view with who may call it. Must stand below the route decorator."""
    def mark(view: View) -> View:
        view.access = who  # type: ignore[attr-defined]
        return view
    return mark
