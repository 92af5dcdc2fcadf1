"""The customers of the made-up company: those it had, those it wins, and those who asked it.

Everybody draws from a stream of chance that belongs to the customer base alone, so a network with
its customers has the same requests, answers and drives as one without.  The customers of before
have no event of joining: they joined before anybody looked.
"""

from collections.abc import Iterator
from random import Random

from service.simulator.dealers import Dealer
from service.simulator.leaving import leaving
from service.simulator.member import Member, daytime, person
from service.simulator.message import complaint
from service.simulator.planting import DAY_S
from service.simulator.story import Story

CUSTOMERS_A_REQUEST = 16
CUSTOMER_ALREADY = 0.4
JOIN_A_REQUEST = 0.08


def customer_base(
    network: list[Dealer], stories: list[Story], begin: int, end: int, seed: int
) -> list[Member]:
    """Return everybody who is a customer or writes, and name the segment of those who bought."""
    asked: dict[str, dict[str, list[Story]]] = {}
    for story in stories:
        asked.setdefault(story.dealer.id, {}).setdefault(story.customer, []).append(story)
    members: list[Member] = []
    for dealer in network:
        members += _askers(asked.get(dealer.id, {}), begin, end, seed)
        members += _others(dealer, begin, end, Random(f"{seed}/base/{dealer.id}"))
    return members


def _askers(asked: dict[str, list[Story]], begin: int, end: int, seed: int) -> Iterator[Member]:
    """Yield those who asked for a drive; some were customers before, some become it by buying."""
    for customer, stories in asked.items():
        draw = Random(f"{seed}/base/{customer}")
        member = person(customer, stories[0].dealer, draw)
        since = _since(member, stories, begin, draw)
        broken = [story.let_down for story in stories if story.let_down is not None]
        if since is not None:
            member.let_down = bool(broken)
            member.stay(since, leaving(since, broken, draw), end, draw)
        for story in stories:
            wrote = None if story.let_down is None else complaint(story.let_down, story.case, draw)
            if wrote is not None:
                member.say("feedback.received", *wrote, "voice")
        yield member


def _since(member: Member, stories: list[Story], begin: int, draw: Random) -> int | None:
    """Return since when somebody is a customer; a buyer's worth stands in the event of buying."""
    already = draw.random() < CUSTOMER_ALREADY
    joins = [f for story in stories for f in story.facts if f.type == "customer.acquired"]
    for fact in joins:
        fact.data["segment"] = member.segment
    if not joins:
        return begin if already else None
    first = min(joins, key=lambda fact: fact.time)
    member.yearly = first.data["yearly"]
    return first.time


def _others(dealer: Dealer, begin: int, end: int, draw: Random) -> Iterator[Member]:
    """Yield the dealer's customers who do not ask for a drive: those of before, then new ones."""
    for number in range(round(CUSTOMERS_A_REQUEST * dealer.requests_a_week)):
        member = person(f"c-{dealer.id}-{number + 1:04}", dealer, draw)
        member.stay(begin, leaving(begin, (), draw), end, draw)
        yield member
    gap = 7 * DAY_S / (JOIN_A_REQUEST * dealer.requests_a_week)
    time, number = begin + draw.expovariate(1 / gap), 0
    while (since := daytime(int(time), dealer.zone)) < end:
        number += 1
        member = person(f"c-{dealer.id}-n{number:04}", dealer, draw)
        member.join(since)
        member.stay(since, leaving(since, (), draw), end, draw)
        yield member
        time += draw.expovariate(1 / gap)
