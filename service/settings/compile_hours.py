"""Opening hours for the desk: the engine's own arithmetic, asked about other things.

A delivery keeps to hours, "I have it" runs out in hours, somebody is called in after hours.  The
engine measures with the same calendars, but not with the same objects: they keep what they have
expanded, and the desk may be at work while the engine folds.
"""

from alerts.hours import ALWAYS, Hours
from alerts.silence import Window
from service.engine.business_time import Calendar
from service.engine.place import Places
from service.engine.plan import Plan, Week
from service.settings.compile_calendars import company_week
from service.settings.opening import week_spans
from service.settings.settings import Settings


class DeskHours:
    """Answer for the hours of units, regions, the company, named calendars and mutes."""

    def __init__(self, settings: Settings, plan: Plan) -> None:
        """Take the settings and the plan that was compiled from them."""
        self._settings = settings
        self._plan = plan
        self._places = Places(plan)

    def unit(self, kind: str, name: str) -> Hours:
        """Return the hours of a unit."""
        return self._places.units(kind)[name].calendar

    def region(self, name: str) -> Hours:
        """Return the hours in which any unit of a region is open."""
        keys = {
            unit.calendar
            for units in self._plan.units.values()
            for unit in units.values()
            if unit.region == name
        }
        return self._union(keys)

    def company(self) -> Hours:
        """Return the hours in which any unit is open."""
        units = (unit for units in self._plan.units.values() for unit in units.values())
        return self._union({unit.calendar for unit in units})

    def calendars(self) -> dict[str, Hours]:
        """Return the named calendars, as the company keeps them."""
        names = self._settings.configuration.calendars
        return {name: self._calendar(company_week(self._settings, name)) for name in sorted(names)}

    def windows(self) -> tuple[Window, ...]:
        """Return the hours at which something is muted every week."""
        default = self._settings.configuration.defaults.timezone
        return tuple(
            Window(
                mute.name,
                {str(name): value for name, value in sorted(mute.match.items())},
                mute.why,
                self._calendar(Week(mute.timezone or default, spans=week_spans(mute.at))),
            )
            for mute in self._settings.configuration.mutes
        )

    def _union(self, keys: set[str]) -> Hours:
        weeks = [self._plan.calendars[key] for key in sorted(keys)]
        return Calendar([(self._places.zones[w.zone], w) for w in weeks]) if weeks else ALWAYS

    def _calendar(self, week: Week) -> Hours:
        return Calendar([(self._places.zones[week.zone], week)])
