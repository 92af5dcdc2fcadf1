"""A message leads to the dashboard of its place and its time, or to none."""

from dataclasses import replace

import pytest

from alerts.orders import dashboard_of, links_of
from alerts.spans import DAY_MS
from alerts.story import Story
from tests.alerts.fakes import signal
from tests.alerts.stories import gathered

ADDRESS = "https://g.example/d/erosion-unit?var-unit={unit}&from={from}&to={to}"


def told(address: str = ADDRESS, **facts: object) -> Story:
    """Return the story of an alarm at one unit, with a dashboard."""
    found = gathered(signal())
    return replace(found, topic=replace(found.topic, dashboard=address), **facts)  # type: ignore[arg-type]


def test_place_and_time() -> None:
    """The unit's own id stands in the address, and the time from a day before until now."""
    found = told(ids=("d 014/x", "north"), since=5 * DAY_MS)
    assert dashboard_of(found) == (
        f"https://g.example/d/erosion-unit?var-unit=d%20014%2Fx&from={4 * DAY_MS}&to=now"
    )
    assert dashboard_of(found) in [address for _, address in links_of(found)]
    assert dashboard_of(replace(found, ended=6 * DAY_MS)).endswith(f"&to={6 * DAY_MS}")


@pytest.mark.parametrize("address", [ADDRESS, "https://g.example/{region}"])
def test_a_fact_that_is_missing(address: str) -> None:
    """A link that would lead nowhere is left out, and an address without holes stays as it is."""
    assert dashboard_of(told(address, ids=("", ""))) == ""
    assert dashboard_of(told("https://g.example", ids=("", ""))) == "https://g.example"
