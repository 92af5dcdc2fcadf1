"""Where a finding plays: its topic, its unit, its region, looked up once.

Routing, addresses and words all need the same few look-ups, and each may miss: a unit can leave
the file while its alert is still open.  A miss yields a plain stand-in with the bare id, because
an alert about a place that nobody described is still an alert.
"""

from dataclasses import dataclass

from alerts import service_words
from alerts.alert import Alert
from alerts.directory import Directory, Place, Topic
from alerts.hours import Hours
from alerts.tongue import Tongue

# What a finding about a feed, not about a place, is counted by.
SOURCE = "source"
GAP = "input gap"


@dataclass(frozen=True, slots=True)
class Scene:
    """Join an alert's ids with the directory's descriptions."""

    topic: Topic
    unit: Place | None
    region: Place | None
    place: str
    zone: str
    hours: Hours

    def facts(self, alert: Alert) -> dict[str, str]:
        """Return what a route may match, by name."""
        return {
            "level": alert.level.value,
            "touchpoint": alert.touchpoint,
            "stage": self.topic.stage,
            "journey": self.topic.journey,
            "rule": alert.rule,
            "kind": alert.kind,
            "owner": self.topic.owner,
            "region": self.region.id if self.region else "",
            "unit": self.unit.id if self.unit else "",
        }


def scene_of(alert: Alert, directory: Directory) -> Scene:
    """Look up where an alert plays."""
    topic = directory.topics.get(alert.touchpoint) or _stranger(alert, directory.tongue)
    unit = unit_named(directory, topic, alert.scope) if alert.per == "unit" else None
    region = _region_named(directory, unit.region if unit else _region_id(alert))
    nearest = unit or region
    return Scene(
        topic=topic,
        unit=unit,
        region=region,
        place=nearest.name if nearest else directory.company,
        zone=(unit.zone if unit else "") or (region.zone if region else "") or directory.zone,
        hours=nearest.hours if nearest else directory.hours,
    )


def unit_named(directory: Directory, topic: Topic, unit: str) -> Place:
    """Return a unit of a topic's kind, or a stand-in that bears its id."""
    return directory.units.get((topic.unit_kind, unit)) or Place(unit, unit, "", "")


def _region_id(alert: Alert) -> str:
    return alert.scope if alert.per == "region" else ""


def _region_named(directory: Directory, region: str) -> Place | None:
    if not region:
        return None
    return directory.regions.get(region) or Place(region, region, region, "")


def _stranger(alert: Alert, tongue: Tongue) -> Topic:
    """Return a topic for what the directory does not describe; a feed is one of those."""
    is_feed, is_gap = alert.per == SOURCE, alert.kind == GAP
    if is_gap:
        title = service_words.lost(tongue, alert.scope)
    else:
        title = service_words.feed(tongue, alert.scope, alert.cases)
    mend = tongue.say(service_words.MEND_GAP if is_gap else service_words.CHECK_FEED)
    return Topic(
        id=alert.touchpoint,
        title=title if is_feed else alert.touchpoint,
        stage="",
        stage_title="",
        journey="",
        promise="",
        objective=0,
        owner="",
        unit_kind="",
        do_now=(mend,) if is_feed else (),
    )
