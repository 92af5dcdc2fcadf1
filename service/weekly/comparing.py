"""What is different when a page that was sent is made anew: the definitions, or what is known."""

from collections.abc import Iterator, Mapping
from typing import Any

from service.store.digests import Sent

_COUNTED = ("asked", "late")


def differences(sent: Sent, data: Mapping[str, Any], made_of: str) -> list[str]:
    """Return a line for each reason why the page is not what was sent; none where it is.

    How things stand now, as who still waits, always moves on and is no difference.
    """
    then, now = sent.body["data"], data
    found = []
    if sent.made_of != made_of:
        found.append("promises, hours or words of the configuration were changed since")
    if then["people"] != now["people"]:
        found.append(f"facts came since: {_counts(then['people'], now['people'])}")
    people = dict(_people(now))
    for name, before in _people(then):
        if name not in people:
            found.append(f"{name} is no touchpoint any more")
        elif people[name] != before:
            found.append(f"{name}: {_counts(before, people[name])}")
    known = dict(_people(then))
    found += [f"{name} was no touchpoint then" for name in people if name not in known]
    return found


def _people(data: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, int]]]:
    for journey in data["journeys"]:
        for stage in journey["stages"]:
            for touchpoint in stage["touchpoints"]:
                yield touchpoint["id"], touchpoint["people"]


def _counts(then: Mapping[str, int], now: Mapping[str, int]) -> str:
    moved = [name for name in now if now[name] != then.get(name)]
    names = dict.fromkeys([*_COUNTED, *moved])
    words = {"late": "let down", "gave_up": "gave up"}
    return ", ".join(f"{words.get(n, n)} {then.get(n, 0)} then and {now[n]} now" for n in names)
