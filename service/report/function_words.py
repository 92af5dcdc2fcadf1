"""The same page for one function: the touchpoints to which it contributes, and what is suggested.

The company's page comes first and its numbers stay as they are.  A suggestion stands only where people
were let down, because advice that is always there is read by nobody.
"""

from alerts.tongue import Tongue
from service.report.section import Line, Section
from service.report.walk import Lived, Page, walked


def functions_of(page: Page) -> set[str]:
    """Return the functions that any touchpoint names."""
    return {name for _, one in walked(page) for name in (*one.contributing, *one.suggestions)}


def function_section(page: Page, function: str, tongue: Tongue) -> Section:
    """Return what concerns one function."""
    mine = [o for _, o in walked(page) if function in (*o.contributing, *o.suggestions)]
    title = tongue.say("For {function}", function=function)
    return Section(title, tuple(Line(_line(one, function, tongue), "asked") for one in mine))


def _line(lived: Lived, function: str, tongue: Tongue) -> str:
    people = lived.people
    text = tongue.say(
        "{title}: let down {n} of {total}.", title=lived.title, n=people.late, total=people.asked
    )
    advice = lived.suggestions.get(function, "")
    return f"{text} {advice}" if people.late and advice else text
