"""What stands under the first line of an alert, sentence by sentence, in the language handed in.

Lengths such as "1h open" arrive as they were configured; they are the one foreign text that is
translated, because it is a form and not prose.
"""

import re
from collections.abc import Mapping, Sequence

from alerts.stake import Stake
from alerts.tongue import Tongue, noted

# What an engine gives as the reason of an end, and what that means.
REASONS: Mapping[str, str] = {
    "configuration": noted("the rule or touchpoint was removed from the configuration"),
    "correction": noted("facts that arrived late show that the promise was kept"),
    "late facts": noted("facts that arrived late show that this was not so"),
    "source silent": noted("the feed had stopped, so nobody can say that it was so"),
    "excluded": noted("this place or time no longer counts"),
    "limit": noted("more cases were open than can be held, so the oldest are unknown"),
    "set aside": noted("records could not be judged and stand in the quarantine"),
    "no news": noted("nothing was heard, so promises are not judged"),
    "never heard": noted("nothing was ever heard from it"),
    "an open day of hold": noted("the feed has been silent for an open day"),
    "it is there again": noted("it is there again"),
    "no reading": noted("nobody has counted it lately, so it is unknown"),
    "heard again": noted("the feed is heard again"),
    "input gap": noted("records are gone before they were read, so promises are not judged"),
    "accepted": noted("somebody decided to go on without the lost records"),
}
# What it gives otherwise; these say what they mean.
_PLAIN_REASONS = (
    noted("past the mark"),
    noted("past a higher mark"),
    noted("waiting again"),
    noted("nobody past the mark"),
    noted("recovered"),
    noted("share below the limit"),
    noted("share recovered"),
    noted("below the floor"),
    noted("worse than usual"),
    noted("stronger evidence"),
    noted("twice as many let down"),
    noted("answers as usual again"),
    noted("worse again"),
    noted("back to usual"),
    noted("it depends"),
    noted("no longer uneven"),
)
_LENGTHS: Mapping[str, str] = {
    "s": noted("{n}s"),
    "m": noted("{n}m"),
    "h": noted("{n}h"),
    "d": noted("{n}d"),
    "s open": noted("{n}s open"),
    "m open": noted("{n}m open"),
    "h open": noted("{n}h open"),
}
_LENGTH = re.compile(r"\b(\d{1,9})(?:([smh] open\b|[smhd]\b)| open days?\b)")


def length(tongue: Tongue, text: str) -> str:
    """Say the lengths in a text that is written like configuration: "1h open", "2 open days"."""

    def said(found: re.Match[str]) -> str:
        digits, unit = found.groups()
        if unit:
            return tongue.say(_LENGTHS[unit], n=digits)
        return tongue.count("{digits} open day", "{digits} open days", int(digits), digits=digits)

    return _LENGTH.sub(said, text)


def promise(tongue: Tongue, text: str, title: str) -> str:
    """Say the promise as it was written, naming the touchpoint where the first line could not."""
    said = length(tongue, text)
    if title:
        return tongue.say("Promise ({title}): {text}.", title=title, text=said)
    return tongue.say("Promise: {text}.", text=said)


def promises(tongue: Tongue, titles: Sequence[str], more: int) -> str:
    """Name several promises that are told together."""
    named = tongue.listed(titles)
    if more:
        said = tongue.say("Promises: {names}; {n} more.", names=named, n=more)
    else:
        said = tongue.say("Promises: {names}.", names=named)
    return said.replace("….", "…")


def kept(tongue: Tongue, count: int, asked: int, window: str) -> str:
    """Say how many promises were kept, of how many."""
    if not window:
        return tongue.say("Kept for {kept} of {asked}.", kept=count, asked=asked)
    within = length(tongue, window)
    return tongue.say(
        "Kept for {kept} of {asked} in the last {window}.", kept=count, asked=asked, window=within
    )


def usual(tongue: Tongue, count: int) -> str:
    """Say what is usual here."""
    return tongue.say("Usual: {n}.", n=count)


def since(tongue: Tongue, clock: str) -> str:
    """Say since when."""
    return tongue.say("Since {clock}.", clock=clock)


def longest(tongue: Tongue, own: str, opening: str) -> str:
    """Say the longest wait on both clocks, or on the one that is known."""
    if own and opening:
        return tongue.say(
            "Longest wait: {own} on the customer's watch, {opening} of opening hours.",
            own=own,
            opening=opening,
        )
    if own:
        return tongue.say("Longest wait: {own} on the customer's watch.", own=own)
    return tongue.say("Longest wait: {opening} of opening hours.", opening=opening)


def beyond(tongue: Tongue, count: int, times: int) -> str:
    """Say how many wait a multiple of the promise."""
    return tongue.say("{n} past {times} times that.", n=count, times=times)


def cases(tongue: Tongue, count: int) -> str:
    """Say how many cases stand behind the people."""
    return tongue.say("{n} cases.", n=count)


def where_unit(tongue: Tongue, unit: str, region: str) -> str:
    """Name a unit and its region."""
    return tongue.say("Where: {unit}, {region}.", unit=unit, region=region)


def where(tongue: Tongue, units: Sequence[tuple[str, int]], more: int, total: int) -> str:
    """List the worst units, and how much of the whole they hold."""
    counted = (f"{name} ({tongue.number(count)})" if count else name for name, count in units)
    named = tongue.listed([*counted])
    part = sum(count for _, count in units)
    if more and part < total:
        named = tongue.say("{part} of {total} at {names}", part=part, total=total, names=named)
    if more:
        named = tongue.count(
            "{names}; {n} more place", "{names}; {n} more places", more, names=named
        )
    return tongue.say("Where: {names}.", names=named)


def verdict(tongue: Tongue, found: str, region: str) -> str:
    """Say whether it is one place or everyone, or perhaps nobody at all."""
    if found == "feed":
        return tongue.say("Nearly nobody answers anything: look at calendar and feed first.")
    if found == "region" and region:
        return tongue.say("It is all of {region}, not one place.", region=region)
    if found == "unit" and region:
        return tongue.say("The rest of {region} is as usual.", region=region)
    return ""


def depends(tongue: Tongue, across: str, holding: int, groups: int, held: int, late: int) -> str:
    """Say on what it depends, and how few hold most of it."""
    how = across == "via"
    said = noted("It depends on how you ask: {n} of {groups} ways hold {held} of {late}.")
    where = noted("It depends on where you live: {n} of {groups} places hold {held} of {late}.")
    return tongue.say(said if how else where, n=holding, groups=groups, held=held, late=late)


def at_stake(tongue: Tongue, stake: Stake, *, waits: bool) -> str:
    """Say how many likely buyers are at risk, and the money last; nothing where it is nobody.

    Who waits is at risk a little now and more by tomorrow; of who was let down, nobody says here how
    long it took, so the two are the ends of what it may be.
    """
    now, later = round(stake.now), round(stake.tomorrow)
    if not later:
        return ""
    low, high = (f"{tongue.number(amount)}" for amount in stake.money)
    money = f"{stake.currency} {high}" if low == high else f"{stake.currency} {low}-{high}"
    if not waits:
        return tongue.count(
            "At stake: {now} to {n} likely buyer ({money}).",
            "At stake: {now} to {n} likely buyers ({money}).",
            later,
            now=now,
            money=money,
        )
    return tongue.count(
        "At stake: {now} now, {n} likely buyer by tomorrow ({money}).",
        "At stake: {now} now, {n} likely buyers by tomorrow ({money}).",
        later,
        now=now,
        money=money,
    )


def do_now(tongue: Tongue, items: Sequence[str]) -> str:
    """Number what is to be done."""
    numbered = "; ".join(f"{number}) {item}" for number, item in enumerate(items, 1))
    return tongue.say("Do now: {orders}.", orders=numbered if len(items) > 1 else items[0])


def owner(tongue: Tongue, name: str) -> str:
    """Say whose it is."""
    return tongue.say("Owner: {name}.", name=name)


def calls(tongue: Tongue, clock: str, receiver: str) -> str:
    """Say what happens if nobody acts."""
    return tongue.say("If nobody takes it by {clock}: {name}.", clock=clock, name=receiver)


def lasted(tongue: Tongue, span: str, began: str) -> str:
    """Say how long it lasted."""
    return tongue.say("It lasted {span}, since {clock}.", span=span, clock=began)


def at_worst(tongue: Tongue, count: int, *, waits: bool) -> str:
    """Say how many it were at the peak."""
    if waits:
        return tongue.count(
            "At its worst: {n} person waiting.", "At its worst: {n} people waiting.", count
        )
    return tongue.count(
        "At its worst: {n} person let down.", "At its worst: {n} people let down.", count
    )


def because(tongue: Tongue, reason: str) -> str:
    """Give the reason in words, or as the engine gave it where we have none."""
    known = REASONS.get(reason) or (reason if reason in _PLAIN_REASONS else "")
    return tongue.say("Reason: {why}.", why=tongue.say(known) if known else reason)
