"""What the loader refuses although every key is right: things that make no sense together.

Each check is a generator of lines, so that adding one is adding a function; `refusals` runs
them all and nothing stops at the first.
"""

from collections.abc import Iterator

from service.settings.check_customers import customer_problems, feedback_problems
from service.settings.check_events import event_problems
from service.settings.check_exclusions import exclusion_problems
from service.settings.check_places import place_problems
from service.settings.check_routes import route_problems
from service.settings.check_surveys import survey_problems
from service.settings.check_telling import telling_problems
from service.settings.check_templates import template_problems
from service.settings.check_touchpoints import touchpoint_problems
from service.settings.settings import Settings


def refusals(settings: Settings) -> Iterator[str]:
    """Yield a line for everything that must be mended before the service runs."""
    yield from place_problems(settings)
    yield from event_problems(settings)
    yield from touchpoint_problems(settings)
    yield from route_problems(settings)
    yield from telling_problems(settings)
    yield from exclusion_problems(settings)
    yield from survey_problems(settings)
    yield from customer_problems(settings)
    yield from feedback_problems(settings)
    yield from template_problems(settings)
