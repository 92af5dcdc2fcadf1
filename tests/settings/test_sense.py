"""What is well written but makes no sense together is refused, or warned about."""

from pathlib import Path

import pytest

from service.settings import load
from tests.settings.written import (
    CLOSED,
    COMPANY,
    SHOPS,
    TOUCHPOINTS,
    bend,
    company,
    problems,
    touchpoint,
    write,
)

ROUTES = "schema: erosion/v1\nroutes: {routes: [%s]}"

IN_TOUCHPOINTS = [
    ("start: asked", "start: asket", 'no source delivers "asket"; did you mean "asked"?'),
    ("journey: buying", "journey: bying", 'no journey "bying"; did you mean "buying"?'),
    ("stage: ask", "stage: aks", 'no stage "aks"; did you mean "ask"?'),
    ("owner: desk", "owner: disk", 'no receiver "disk"; did you mean "desk"?'),
    ("{kind: shop}", "{kind: shp}", 'no kind of unit "shp"; did you mean "shop"?'),
    ("promise: 1h open", "promise: {until: data.x, timezone: Mars}", 'no time zone "Mars"'),
    ("objective: 90% over 28d", "rules_off: [spread]", 'no rule "spread" to switch off'),
    (
        "objective: 90% over 28d",
        "rules: [{id: pace, kind: pace}, {id: b, kind: pace, checkpoints: [1, 3]}]",
        "pace and b look at different times",
    ),
    (
        "objective: 90% over 28d",
        "rules: [{id: a, kind: pace}, {id: a-region, kind: waiting}]",
        '"a-region" is what the rule "a" says of regions',
    ),
    (
        "objective: 90% over 28d",
        "rules: [{id: a, kind: share, kept_below: 0%, over: 1d}]",
        'the rule "a" cannot fire: no share lies below 0%',
    ),
    (
        "objective: 90% over 28d",
        "rules: [{id: waiting, kind: waiting, at: {50%: watch}}]",
        'the rule "waiting" cannot fire: no mark of level warning or critical',
    ),
    (
        "objective: 90% over 28d",
        "rules: [{id: a, kind: objective}]",
        'the rule "a" needs an objective',
    ),
    (
        "objective: 90% over 28d",
        "rules: [{id: a, kind: waiting}, {id: a, kind: waiting}]",
        '"a" stands twice, first at touchpoints.yaml:13:18',
    ),
    (
        "objective: 90% over 28d",
        "rules: [{id: a, kind: share, kept_below: 50%, over: 1d, recover_above: 40%}]",
        "`recover_above` lies below `kept_below`: it would never settle",
    ),
    (
        "start: asked",
        "start: asked\n      clock: unit\n      restart: answered",
        "",
    ),
]

IN_COMPANY = [
    ("timezone: Europe/Berlin", "timezone: Europe/Berlyn", 'did you mean "Europe/Berlin"?'),
    (
        "country: DE",
        "country: DE, locale: fr",
        'company.yaml:3:58: no language "fr"; there are en, es',
    ),
    ("country: DE", "country: DE, locale: es_XX", 'no language "es_XX"; there are en, es'),
    ("country: DE", "country: XX", 'no country "XX"'),
    ('["09:00-17:00"]', '["09:00-13:00", "12:00-17:00"]', "has overlapping hours"),
    ('["09:00-17:00"]', '["22:00-23:00"], tue: ["00:00-05:00"], mon: ["20:00-02:00"]', "overlap"),
    ('["09:00-17:00"]', "[]", 'the calendar "shop" is never open'),
    ('"{unit.mail}"', '"{unit.male}"', 'the units have no column "male"; did you mean "mail"?'),
    ('"{unit.mail}"', '"nobody"', '"nobody" is no address'),
    (
        '{email: {to: ["{unit.mail}"]}}',
        '{slack: {channel: "#{region}-{unit.male}"}}',
        'the units have no column "male"',
    ),
    (
        '{email: {to: ["{unit.mail}"]}}',
        '{slack: {channel: "#x", webhook: x}}',
        "a slack reach has a `channel`, or without a bot a `webhook`",
    ),
]

BRANCHES = [
    ("{match: {level: watch}}", 'no alert has the level "watch"'),
    ("{match: {stage: drive}}", 'no alert has the stage "drive"'),
    ("{match: {rule: objective, level: critical}}", "no alert has all of this together"),
    ("{match: {region: nort}}", 'no alert has the region "nort"; did you mean "north"?'),
    ("{match: {stage: ask}}, {match: {stage: ask, level: critical}}", "an earlier one takes it"),
    (
        "{match: {level: warning}, routes: [{match: {level: critical}}]}",
        "the route above it takes level warning only",
    ),
    ('{match: {level: critical}, receiver: "{region}-desk"}', 'no receiver "north-desk"'),
]

TABLES = [
    ({"shops_csv": bend(SHOPS, "region,", "area,")}, 'shops.csv:1: there is no column "region"'),
    ({"shops_csv": bend(SHOPS, "north", "")}, 'shops.csv:2: the unit "a" has no region'),
    ({"shops_csv": bend(SHOPS, "\nb,", "\na,")}, 'shops.csv:3: "a" stands twice, first at'),
    ({"shops_csv": bend(SHOPS, ",shop,b@", ",shap,b@")}, 'shops.csv:3: no calendar "shap"'),
    ({"shops_csv": bend(SHOPS, "Vienna", "Wien")}, 'shops.csv:4: no time zone "Europe/Wien"'),
    ({"shops_csv": bend(SHOPS, ",BE,", ",QQ,")}, 'shops.csv:2: no subdivision "QQ" of DE'),
    ({"shops_csv": SHOPS + "d,D\n"}, "shops.csv:5: 2 cells under 7 headings"),
    ({"closed_csv": CLOSED + "x,2026-01-01,\n"}, 'closed.csv:4: no unit "x"'),
    ({"closed_csv": CLOSED + "a,1.5.2026,\n"}, 'closed.csv:4: "1.5.2026" is no date'),
]


def test_small_configuration(tmp_path: Path) -> None:
    """The configuration that the other tests bend is itself without fault."""
    assert problems(write(tmp_path)) == []
    assert load(tmp_path).warnings == ()


@pytest.mark.parametrize(("old", "new", "message"), IN_TOUCHPOINTS)
def test_touchpoint_refusals(tmp_path: Path, old: str, new: str, message: str) -> None:
    """A touchpoint that names what is not there, or a rule that cannot fire, is refused."""
    assert message in "\n".join(problems(touchpoint(tmp_path, old, new)))
    assert bool(problems(tmp_path)) == bool(message)


@pytest.mark.parametrize(("old", "new", "message"), IN_COMPANY)
def test_company_refusals(tmp_path: Path, old: str, new: str, message: str) -> None:
    """Unknown places, impossible hours and unreachable receivers are refused."""
    assert message in "\n".join(problems(company(tmp_path, old, new)))


@pytest.mark.parametrize(("branches", "message"), BRANCHES)
def test_route_refusals(tmp_path: Path, branches: str, message: str) -> None:
    """A route that can never match, or leads to nobody, is refused."""
    folder = company(tmp_path, "schema: erosion/v1", ROUTES % branches)
    [line] = problems(folder)
    assert line.startswith("company.yaml:2:")
    assert message in line


@pytest.mark.parametrize(("files", "message"), TABLES)
def test_table_refusals(tmp_path: Path, files: dict[str, str], message: str) -> None:
    """A mistake in a CSV file is told with its file and line."""
    assert message in "\n".join(problems(write(tmp_path, **files)))


def test_plain_time_on_opening_hours(tmp_path: Path) -> None:
    """An explicit `clock: unit` refuses a promise in plain hours and says what to write."""
    text = bend(TOUCHPOINTS, "start: asked", "start: asked\n      clock: unit")
    folder = write(tmp_path, touchpoints=bend(text, "1h open", "1h"))
    [line] = problems(folder)
    assert line.startswith("touchpoints.yaml:13:14: `clock: unit` counts opening hours")
    assert "write `open` behind it" in line


def test_receiver_pattern(tmp_path: Path) -> None:
    """A pattern defines every receiver that it fits."""
    text = bend(COMPANY, "  desk:", '  "*-desk":')
    owners = bend(TOUCHPOINTS, "owner: desk", "owner: sales-desk")
    assert problems(write(tmp_path, company=text, touchpoints=owners)) == []


def test_too_many_priorities(tmp_path: Path) -> None:
    """Sixteen priority touchpoints are one too many."""
    body = bend(
        TOUCHPOINTS.removeprefix("touchpoints:\n"), "stage: ask", "stage: ask\n    priority: true"
    )
    many = "".join(bend(body, "  answer:", f"  answer-{i}:") for i in range(16))
    [warning] = load(write(tmp_path, touchpoints="touchpoints:\n" + many)).warnings
    assert "16 priority touchpoints" in warning


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title: "I ask"', "title: Sales", 'the stage "Sales" is a department'),
        ("crm:", "crm:\n    wait: 26h", "the promise is shorter than the source crm may be late"),
        ("{console: {}}, ", "", 'the receiver "desk" has one channel only'),
    ],
)
def test_warnings(tmp_path: Path, old: str, new: str, message: str) -> None:
    """What is usually a mistake is warned about, and loads."""
    [warning] = load(company(tmp_path, old, new)).warnings
    assert message in warning
