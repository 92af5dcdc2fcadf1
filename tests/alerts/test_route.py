"""Routes, receivers and addresses."""

from dataclasses import replace

from alerts.alert import advance
from alerts.directory import Reach, Route
from alerts.route import Found, Missing, fill, find, look_up, receiver_of
from alerts.scene import Scene, scene_of
from alerts.signal import Signal
from tests.alerts.fakes import DIRECTORY, regional, signal

TREE = Route(
    receiver="{owner}",
    group_by=("touchpoint",),
    routes=(
        Route(
            match={"stage": "ask"},
            receiver="{region}-desk",
            routes=(
                Route(match={"level": "critical"}, group_by=("region",)),
                Route(match={"unit": "leeds"}, receiver="{unit}-desk"),
                Route(match={"unit": "leeds"}, receiver="never"),
            ),
        ),
        Route(match={"level": "warning"}, receiver="never"),
    ),
)


def scene(news: Signal) -> Scene:
    """Look up where a signal plays."""
    return scene_of(advance(None, news)[0], DIRECTORY)


def test_the_deepest_first_match_wins() -> None:
    """The walk goes down before it goes on, and takes the first of equals."""
    assert find(TREE, {"stage": "ask", "unit": "leeds"}).receiver == "{unit}-desk"
    assert find(TREE, {"stage": "drive", "level": "warning"}).receiver == "never"
    assert find(TREE, {"stage": "drive"}).receiver == "{owner}"


def test_empty_fields_are_inherited() -> None:
    """A route takes from its parents what it leaves empty."""
    found = find(TREE, {"stage": "ask", "level": "critical"})
    assert (found.receiver, found.group_by) == ("{region}-desk", ("region",))
    assert find(TREE, {"stage": "ask"}).group_by == ("touchpoint",)


def test_templates_name_the_receiver() -> None:
    """Owner, region and unit fill the receiver's name."""
    here = scene(signal())
    facts = {"owner": "sales-desk", "region": "north", "unit": "leeds"}
    names = [
        receiver_of(Route(receiver=template), here, facts, DIRECTORY).name
        for template in ("{owner}", "{region}-desk", "{unit}-desk", "operations")
    ]
    assert names == ["sales-desk", "north-desk", "leeds-desk", "operations"]


def test_without_owner_operations_hears() -> None:
    """A topic without an owner is not an alert without a reader."""
    receiver = receiver_of(Route(receiver="{owner}"), scene(signal()), {"owner": ""}, DIRECTORY)
    assert (receiver.name, receiver.found) == ("operations", Found.NO_OWNER)


def test_an_exact_name_wins_over_a_pattern() -> None:
    """The exact name comes first, then the longest pattern."""
    exact, long, short = (Reach("console", {"n": n}) for n in range(3))
    within = replace(
        DIRECTORY, receivers={"*": (short,), "*-desk": (long,), "north-desk": (exact,)}
    )
    assert look_up("north-desk", within).reaches == (exact,)
    assert look_up("south-desk", within).reaches == (long,)
    assert look_up("fleet", within).reaches == (short,)


def test_a_name_that_leads_nowhere_falls_back() -> None:
    """An unknown receiver becomes operations, and without operations the console."""
    assert look_up("nobody", DIRECTORY).name == "operations"
    assert look_up("nobody", DIRECTORY).found is Found.NO_SUCH_RECEIVER
    bare = look_up("nobody", replace(DIRECTORY, receivers={}))
    assert [reach.channel for reach in bare.reaches] == ["console"]


def test_addresses_are_filled_one_by_one() -> None:
    """Every address of a list becomes a reach of its own."""
    reach = Reach("email", {"to": ["{unit.desk_email}", "{region.manager_email}", "x@y.example"]})
    filled, missing = fill(reach, scene(signal()))
    assert [one.settings["to"] for one in filled] == [
        "desk@leeds.example",
        "north@aurora.example",
        "x@y.example",
    ]
    assert missing == ()


def test_an_address_without_facts_is_listed() -> None:
    """What cannot be filled is reported with its reason, and the rest is sent."""
    reach = Reach("email", {"to": ["{unit.desk_email}", "{region.fax}", "{who}", "x@y.example"]})
    filled, missing = fill(reach, scene(regional()))
    assert [one.settings["to"] for one in filled] == ["x@y.example"]
    assert dict(missing) == {
        "{unit.desk_email}": Missing.NO_UNIT,
        "{region.fax}": Missing.NO_ADDRESS,
        "{who}": Missing.NO_SUCH_PLACEHOLDER,
    }


def test_ids_fill_plain_settings() -> None:
    """A channel's name may hold the region."""
    filled, _ = fill(Reach("slack", {"channel": "#td-{region}"}), scene(signal()))
    assert filled[0].settings == {"channel": "#td-north"}
