"""The rules of the house, held by reading the source: which room may look at which, and through which door."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from citizen_app import create_app

ROOT = Path(__file__).resolve().parent.parent
ORDER = {"days": 0, "places": 1, "parking": 2, "buses": 2, "exchange": 3, "console": 3, "ops": 3}
DOORS = {"views", "api", "actions", "store", "client"}
OUTSIDE = {"requests", "urllib3", "redis", "sqlalchemy", "flask", "flask_smorest", "flask_sqlalchemy", "socket", "subprocess"}
SHARED_PURE = {"citizen_app.errors", "citizen_app.geo", "citizen_app.clock", "citizen_app.problems", "citizen_app.xlsx"}
APP_MODULES = sorted((ROOT / "citizen_app").rglob("*.py"))
FEED_MODULES = sorted((ROOT / "feeds").rglob("*.py"))


def imports_of(path: Path) -> set[str]:
    """Every module that a file imports, as absolute dotted names (`from a import b` gives a and a.b)."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module or "")
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def room_of(name: str) -> str | None:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "citizen_app" and parts[1] in ORDER else None


def is_door(name: str) -> bool:
    """citizen_app.parking.store, citizen_app.parking.store.readings, citizen_app.parking.attendant_views, citizen_app.buses.journey_api."""
    parts = name.split(".")
    return len(parts) > 2 and (parts[2] in DOORS or parts[2].endswith(("_views", "_api")))


def is_pure(name: str) -> bool:
    shared = any(name == one or name.startswith(f"{one}.") for one in SHARED_PURE)
    return shared or (room_of(name) is not None and not is_door(name))


@pytest.mark.parametrize("path", APP_MODULES, ids=dotted)
def test_rooms_look_left_and_never_at_the_feeds(path: Path) -> None:
    """A view may read any store, and the pure modules that make sense of what is in it."""
    name, room = dotted(path), room_of(dotted(path))
    for imported in imports_of(path):
        assert imported.split(".")[0] != "feeds", f"{name} imports {imported}"
        other = room_of(imported)
        if room is None or other is None or other == room:
            continue
        is_view = is_door(name) and ("views" in name or ".api" in name or name.endswith("_api"))
        may_read = is_view and (".store" in imported or is_pure(imported))
        assert ORDER[other] < ORDER[room] or may_read, f"{name} looks right at {imported}"


@pytest.mark.parametrize("path", [path for path in APP_MODULES if is_pure(dotted(path))], ids=dotted)
def test_modules_that_are_not_doors_touch_nothing_outside(path: Path) -> None:
    for imported in imports_of(path):
        assert imported.split(".")[0] not in OUTSIDE, f"{dotted(path)} imports {imported}"
        if imported.startswith("citizen_app"):
            assert is_pure(imported) or imported.count(".") < 2 or room_of(imported), f"{dotted(path)}: {imported}"
            assert not is_door(imported), f"{dotted(path)} goes through the door {imported}"
            assert imported not in {"citizen_app.clock", "citizen_app.extensions", "citizen_app.config"} or (
                imported == "citizen_app.clock" and imports_only_local_zone(path)
            ), f"{dotted(path)} imports {imported}"


def imports_only_local_zone(path: Path) -> bool:
    """A pure module may take the county's time zone from clock.py, never the present time."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "citizen_app.clock":
            if {alias.name for alias in node.names} - {"LOCAL", "to_local"}:
                return False
        if isinstance(node, ast.ImportFrom) and node.module == "citizen_app":
            if "clock" in {alias.name for alias in node.names}:
                return False
    return True


@pytest.mark.parametrize("path", APP_MODULES + FEED_MODULES, ids=dotted)
def test_each_way_out_has_its_door(path: Path) -> None:
    name = dotted(path)
    for imported in imports_of(path):
        top = imported.split(".")[0]
        if top == "requests":
            assert name == "feeds.fetch" or name.endswith(".client"), f"{name} calls out"
        if top in {"redis", "sqlalchemy"}:
            assert ".store" in name or name == "citizen_app.extensions" or "migrations" in name, f"{name}: {imported}"
        if imported == "flask" or imported.startswith("flask."):
            assert not name.endswith(".actions"), f"{name} imports Flask"


@pytest.mark.parametrize("path", FEED_MODULES, ids=dotted)
def test_adapters_are_pure_and_only_the_runner_acts(path: Path) -> None:
    name = dotted(path)
    for imported in imports_of(path):
        if name.startswith("feeds.parking."):
            assert imported.split(".")[0] not in OUTSIDE, f"{name} imports {imported}"
            if imported.startswith("citizen_app"):
                assert not is_door(imported), f"{name} imports {imported}"
        if is_door(imported) and imported.split(".")[2] == "actions":
            assert name == "feeds.runner", f"{name} acts through {imported}"


@pytest.mark.parametrize("path", [p for p in APP_MODULES + FEED_MODULES if "migrations" not in p.parts], ids=dotted)
def test_only_the_clock_reads_the_present_time(path: Path) -> None:
    if dotted(path) == "citizen_app.clock":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            call = ast.unparse(node.func)
            assert call not in {
                "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.monotonic",
                "datetime.datetime.now", "datetime.date.today",
            }, f"{dotted(path)} line {node.lineno} reads the clock"


@pytest.mark.parametrize("path", APP_MODULES + FEED_MODULES, ids=dotted)
def test_modules_stay_small_and_say_what_they_own(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 300, f"{dotted(path)} has more than 300 lines"
    if text.strip() and "versions" not in path.parts:
        assert ast.get_docstring(ast.parse(text)), f"{dotted(path)} has no docstring"


def test_every_route_says_who_may_call_it() -> None:
    app = create_app({"START_BACKGROUND": False})
    silent = [
        f"{rule.rule} -> {rule.endpoint}"
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static" and not access_marks(app.view_functions[rule.endpoint], rule.methods or set())
    ]
    assert silent == []


def access_marks(view: object, methods: set[str]) -> bool:
    """A function view carries the mark itself, a class view carries it on each method."""
    view_class = getattr(view, "view_class", None)
    if view_class is None:
        return hasattr(view, "access")
    return all(
        hasattr(getattr(view_class, method.lower()), "access")
        for method in methods - {"HEAD", "OPTIONS"}
    )
