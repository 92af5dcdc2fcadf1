"""Units and regions at work: where a case happens and whose opening hours count.

A region's opening hours are the union of its units' hours (02, "Durations"), computed when a
rule first asks for them.
"""

from collections.abc import Mapping

from service.engine.business_time import Calendar
from service.engine.plan import Plan
from service.engine.zone import Zone


class Place:
    """Hold one unit: its id, region, calendar and zone."""

    __slots__ = ("calendar", "id", "kind", "region", "zone")

    def __init__(self, kind: str, name: str, region: str, calendar: Calendar, zone: Zone) -> None:
        """Join what the plan says of one unit."""
        self.kind = kind
        self.id = name
        self.region = region
        self.calendar = calendar
        self.zone = zone

    def scope(self, per: str) -> str:
        """Return the id under which a rule `per` unit, region or company counts this place."""
        if per == "unit":
            return self.id
        return self.region if per == "region" else ""


class Places:
    """Find units, and the calendar of any scope that a rule judges."""

    def __init__(self, plan: Plan) -> None:
        """Build the zones, calendars and units of a plan."""
        self._plan = plan
        self.company_zone = Zone(plan.zone, plan.zones[plan.zone])
        self.zones = {name: Zone(name, rows) for name, rows in plan.zones.items()}
        calendars = {
            key: Calendar([(self.zones[week.zone], week)]) for key, week in plan.calendars.items()
        }
        self._units = {
            kind: {
                name: Place(
                    kind, name, unit.region, calendars[unit.calendar], self.zones[unit.zone]
                )
                for name, unit in units.items()
            }
            for kind, units in plan.units.items()
        }
        self._unions: dict[tuple[str, str, str], Calendar] = {}

    def units(self, kind: str) -> Mapping[str, Place]:
        """Return the declared units of a kind by id."""
        return self._units.get(kind, {})

    def calendar(self, kind: str, per: str, scope: str) -> Calendar:
        """Return the opening hours of a unit, a region or the whole company."""
        if per == "unit":
            return self._units[kind][scope].calendar
        key = (kind, per, scope)
        if key not in self._unions:
            self._unions[key] = self._union(kind, per, scope)
        return self._unions[key]

    def whole(self, kinds: tuple[str, ...]) -> Calendar:
        """Return the hours in which any unit of some kinds is open."""
        if len(kinds) == 1:
            return self.calendar(kinds[0], "company", "")
        units = [unit for kind in kinds for unit in self._plan.units[kind].values()]
        return self._calendar({unit.calendar for unit in units})

    def _union(self, kind: str, per: str, scope: str) -> Calendar:
        units = self._plan.units[kind].values()
        return self._calendar(
            {unit.calendar for unit in units if per == "company" or unit.region == scope}
        )

    def _calendar(self, keys: set[str]) -> Calendar:
        weeks = [self._plan.calendars[key] for key in sorted(keys)]
        return Calendar([(self.zones[week.zone], week) for week in weeks])
