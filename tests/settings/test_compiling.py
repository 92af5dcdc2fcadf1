"""Settings become the same plain plan every time, and the shipped ones do so without a fault."""

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.engine.plan import Span
from service.engine.plan_data import from_data, to_data
from service.settings import Compiled, compile_settings, load
from service.settings.compile_zones import transitions
from service.settings.requirement import requirements
from service.settings.schema import FILE, schema_text
from tests.settings.written import CLOSED, SHOPS, company, touchpoint, write

ROOT = Path(__file__).parents[2]
SHIPPED = [ROOT / "config", ROOT / "config" / "marketplace"]
BEGIN, END = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (2000, 2051))


def compiled(folder: Path) -> Compiled:
    """Load and compile a folder."""
    return compile_settings(load(folder))


@pytest.mark.parametrize("folder", SHIPPED)
def test_shipped_configurations(folder: Path) -> None:
    """What we ship loads without a problem or a warning, twice to the same plan."""
    first = compiled(folder)
    assert first.warnings == ()
    assert first == compiled(folder)


@pytest.mark.parametrize("folder", SHIPPED)
def test_plan_travels(folder: Path) -> None:
    """A plan survives the trip through JSON."""
    plan = compiled(folder).plan
    assert from_data(json.loads(json.dumps(to_data(plan)))) == plan


def test_shipped_places() -> None:
    """The test drive has 400 dealers in 24 regions and the marketplace 3,095 sellers."""
    drive, market = (compiled(folder) for folder in SHIPPED)
    assert len(drive.plan.units["dealer"]) == 400
    assert len({unit.region for unit in drive.plan.units["dealer"].values()}) == 24
    assert set(drive.plan.zones) == {"Europe/Berlin", "Europe/Madrid", "Europe/London"}
    assert {kind: len(units) for kind, units in market.plan.units.items()} == {
        "destination": 27,
        "seller": 3095,
    }
    assert not any("@" in place.name for place in market.directory.units.values())


def test_schema_is_current() -> None:
    """The shipped schema is the one that the models give."""
    assert (ROOT / "config" / FILE).read_text("utf-8") == schema_text()


def test_modelines() -> None:
    """Every shipped YAML file tells the editor where its schema is."""
    for folder, schema in zip(SHIPPED, (FILE, f"../{FILE}"), strict=True):
        for file in folder.glob("*.yaml"):
            line = file.read_text("utf-8").splitlines()[0]
            assert line == f"# yaml-language-server: $schema={schema}"


def test_calendar_keys(tmp_path: Path) -> None:
    """Units share a calendar until zone, country or closed days of their own part them."""
    plan = compiled(write(tmp_path)).plan
    assert set(plan.calendars) == {
        "shop/DE-BE/Europe/Berlin+a",
        "shop/DE-BY/Europe/Berlin",
        "always/Europe/Vienna",
    }
    shop = plan.calendars["shop/DE-BE/Europe/Berlin+a"]
    assert {"2026-07-01", "2026-12-24", "2026-12-25", "2050-01-01"} <= set(shop.closed)
    assert shop.spans[0] == ((540, 1020),)
    assert shop.spans[6] == ()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_csv_dialects(tmp_path: Path, delimiter: str, encoding: str, ending: str) -> None:
    """Separator, byte order mark and line ends of a CSV file change nothing."""
    expected = compiled(write(tmp_path)).plan
    for name, text in {"shops": SHOPS, "closed": CLOSED}.items():
        changed = text.replace(",", delimiter).replace("\n", ending)
        (tmp_path / f"{name}.csv").write_bytes(changed.encode(encoding))
    assert compiled(tmp_path).plan == expected


def test_ids_are_text(tmp_path: Path) -> None:
    """An id in a CSV file keeps its leading zeros."""
    shops = SHOPS.replace("\na,", "\n007,")
    plan = compiled(write(tmp_path, shops_csv=shops, closed_csv="unit,date\n")).plan
    assert "007" in plan.units["shop"]


@pytest.mark.parametrize(
    ("promise", "clock"),
    [
        ("1h open", "unit"),
        ("2 open days", "unit"),
        ("4d", "customer"),
        ("{until: data.x}", "customer"),
        ("{until: data.x, or: 4h open}", "unit"),
        ("{by: data.x, gold: 2h open, otherwise: 4h open}", "unit"),
    ],
)
def test_clock_follows_promise(tmp_path: Path, promise: str, clock: str) -> None:
    """Where no clock is written, the promise says on which one it counts."""
    plan = compiled(touchpoint(tmp_path, "promise: 1h open", f"promise: {promise}")).plan
    assert plan.touchpoints["answer"].clock == clock


def test_promise_by_unit(tmp_path: Path) -> None:
    """A promise by unit takes its lengths from the file and its default from the YAML."""
    folder = touchpoint(tmp_path, "promise: 1h open", "promise: {default: 15d, by_unit: own.csv}")
    (folder / "own.csv").write_text("unit;promise\nb;3 open days\n", "utf-8")
    promise = compiled(folder).plan.touchpoints["answer"].promise
    assert promise.span == Span("elapsed", 15 * 86_400_000)
    assert promise.choices == {"b": Span("open_days", 3)}


def test_default_rules(tmp_path: Path) -> None:
    """Waiting and pace are always there, objective where there is one; `rules_off` removes."""
    rules = compiled(write(tmp_path)).plan.touchpoints["answer"].rules
    assert [rule.id for rule in rules] == ["waiting", "pace", "pace-region", "objective"]
    assert rules[0].marks == ((100, "warning"), (400, "critical"))
    assert (rules[1].checkpoints, rules[1].odds, rules[1].minimum_late) == ((50, 100, 200), 3000, 3)
    assert (rules[1].watches_a_year, rules[1].warnings_a_year) == (1_000_000, 52_178)
    assert (rules[2].per, rules[2].checkpoints, rules[2].odds) == ("region", (100,), 1600)
    assert (rules[2].watches_a_year, rules[2].warnings_a_year) == (0, 200_000)
    assert (rules[3].kept_below, rules[3].recover_above) == (9000, 9000)
    assert (rules[3].minimum_cases, rules[3].minimum_late) == (10, 3)
    off = "objective: 99.5% over 28d\n    rules_off: [waiting, pace]"
    changed = compiled(touchpoint(tmp_path, "objective: 90% over 28d", off)).plan
    [rule] = changed.touchpoints["answer"].rules
    assert rule.kept_below == 9950


def test_fields_and_sources(tmp_path: Path) -> None:
    """The plan names the fields that events must carry and the sources that could be silent."""
    new = "start: asked\n      pause: {start: withdrawn, until: data.back}"
    folder = touchpoint(tmp_path, "start: asked", new)
    text = (folder / "touchpoints.yaml").read_text("utf-8")
    text = text.replace("stop: answered", 'stop: {event: answered, where: "by == 1"}')
    text = text.replace(
        "unit: {kind: shop}", "unit: {kind: shop, id: data.shop}\n    case: data.no"
    )
    text = text.replace("promise: 1h open", "promise: {until: data.due}")
    (folder / "touchpoints.yaml").write_text(text, "utf-8")
    plan = compiled(folder).plan
    assert plan.fields == {
        "answered": ("by", "no"),
        "asked": ("due", "no", "shop"),
        "withdrawn": ("back", "no"),
    }
    assert plan.touchpoints["answer"].pause_until == "back"
    assert plan.touchpoints["answer"].answering == ("crm",)


def test_directory(tmp_path: Path) -> None:
    """The desk learns topics, addresses and the routes as they are written."""
    branch = "schema: erosion/v1\nroutes: {routes: [{match: {region: north}, receiver: desk}]}"
    directory = compiled(company(tmp_path, "schema: erosion/v1", branch)).directory
    assert directory.topics["answer"].promise == "1h open"
    assert directory.units["shop", "a"].addresses == {"mail": "a@x.example"}
    assert directory.receivers["desk"][1].settings == {"to": ("{unit.mail}",)}
    assert directory.root.routes[0].match == {"region": "north"}


def test_requirements() -> None:
    """What a rule takes to fire is told in whole cases."""
    texts = {
        (item.touchpoint, item.rule): item.text for item in requirements(compiled(SHIPPED[0]).plan)
    }
    assert texts["answer-request", "broken"] == "13 of 15 late, or 35 of 52"
    assert texts["answer-request", "waiting"] == (
        "warning: 3 customers past 1h open, critical: 3 customers past 4h open"
    )


@given(
    st.sampled_from(["Europe/Berlin", "America/Sao_Paulo", "Africa/Casablanca", "Asia/Kolkata"]),
    st.integers(BEGIN, END - 1),
)
def test_zone_transitions(zone: str, at: int) -> None:
    """At any second of fifty years the transitions give the offset of the zone files."""
    offset = [offset for start, offset in transitions(zone) if start <= at * 1000][-1]
    expected = datetime.fromtimestamp(at, ZoneInfo(zone)).utcoffset()
    assert expected is not None
    assert offset == expected.total_seconds() * 1000
