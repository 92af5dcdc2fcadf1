"""The customers of a company in sentences: joined and left in the same breath, and why.

Only whole people stand here.  What they are worth stands behind their number, never alone, and what
bought more and what cut back are two counts.
"""

from collections.abc import Iterator

from alerts.spans import DAY_MS
from alerts.tongue import Tongue
from service.report.assets import Assets, Flow, marble_of
from service.report.clientele import Agreed, Clientele
from service.report.section import Line, Section

MARBLE = "●"


def question(clientele: Clientele, tongue: Tongue) -> str:
    """Ask whether growth was earned, and answer it in people."""
    assets = clientele.assets
    if not clientele.agreed.tells_leaving:
        return tongue.count(
            "{n} person joined us; nothing here tells who left.",
            "{n} people joined us; nothing here tells who left.",
            assets.joined.people,
        )
    grown = assets.joined.people - assets.left.people
    if grown > 0:
        answer = tongue.count(
            "Yes: {n} more person joined us than left.",
            "Yes: {n} more people joined us than left.",
            grown,
        )
    elif grown < 0:
        answer = tongue.count(
            "Not yet: {n} more person left us than joined.",
            "Not yet: {n} more people left us than joined.",
            -grown,
        )
    else:
        answer = tongue.say("Not yet: as many people left us as joined.")
    return tongue.say("Did we earn the right to grow this week?") + " " + answer


def customers_section(clientele: Clientele, tongue: Tongue) -> Section:
    """Return who joined and left, what the others did, and why people left."""
    assets = clientele.assets
    marble = marble_of((assets.joined.people, assets.left.people))
    title = tongue.count(
        "Our customers ({marble} = {n} person)",
        "Our customers ({marble} = {n} people)",
        marble,
        marble=MARBLE,
    )
    return Section(title, tuple(_lines(clientele, marble, tongue)), "customers")


def agreed_line(agreed: Agreed, tongue: Tongue) -> Line:
    """Say which definitions hold, and who agreed on them."""
    return Line(
        tongue.say(
            "Definitions of customers: version {version}, agreed by {owners}.",
            version=str(agreed.version),
            owners=tongue.listed(agreed.owners),
        ),
        "definitions",
    )


def _lines(clientele: Clientele, marble: int, tongue: Tongue) -> Iterator[Line]:
    assets, agreed = clientele.assets, clientele.agreed
    joined = _flow(tongue.say("Joined"), assets.joined, agreed, tongue)
    if assets.back:
        joined += " " + tongue.say("Of them {n} had left before.", n=assets.back)
    left = _flow(tongue.say("Left"), assets.left, agreed, tongue)
    if assets.quiet:
        left += " " + tongue.say("Of them {n} went quiet and told nobody.", n=assets.quiet)
    yield Line(joined, "joined", MARBLE * (assets.joined.people // marble))
    if agreed.tells_leaving:
        yield Line(left, "left", MARBLE * (assets.left.people // marble))
    yield from _replaced(assets, tongue)
    yield Line(_others(assets, tongue), "changed")
    if any(part.name for part in assets.segments):
        yield Line(_segments(assets, tongue), "segments")
    yield from _why(assets, tongue)
    yield from _lived(clientele, tongue)
    if assets.nameless:
        text = tongue.count(
            "{n} fact named no customer and is not counted.",
            "{n} facts named no customer and are not counted.",
            assets.nameless,
        )
        yield Line(text)


def _flow(word: str, flow: Flow, agreed: Agreed, tongue: Tongue) -> str:
    text = f"{word} {tongue.number(flow.people)}"
    if not flow.value:
        return f"{text}."
    money = tongue.money(flow.value // 100, agreed.currency)
    if agreed.value_is == "a year":
        return tongue.say("{text}, worth {money} a year.", text=text, money=money)
    return tongue.say("{text}, worth {money} at once.", text=text, money=money)


def _replaced(assets: Assets, tongue: Tongue) -> Iterator[Line]:
    joined, left = assets.joined.people, assets.left.people
    if not joined or not left:
        return
    if joined <= left:
        text = tongue.count(
            "The {n} newcomer only replaced somebody we lost.",
            "All {n} newcomers only replaced people we lost.",
            joined,
        )
    else:
        text = tongue.say(
            "{n} of {total} newcomers only replaced people we lost.", n=left, total=joined
        )
    yield Line(text, "joined")


def _others(assets: Assets, tongue: Tongue) -> str:
    return tongue.say(
        "Bought more {more}, cut back {less}; moved up a tier {up}, down {down}; "
        "brought a friend {referred}.",
        more=assets.more,
        less=assets.less,
        up=assets.up,
        down=assets.down,
        referred=assets.referred,
    )


def _segments(assets: Assets, tongue: Tongue) -> str:
    none = tongue.say("no segment")
    parts = (
        f"{part.name or none} "
        f"+{tongue.number(part.joined)} \N{MINUS SIGN}{tongue.number(part.left)}"
        for part in assets.segments
    )
    return " | ".join(parts)


def _why(assets: Assets, tongue: Tongue) -> Iterator[Line]:
    if not assets.left.people:
        return
    parts = [f"{tongue.number(count)} {reason}" for reason, count in assets.reasons]
    if assets.other:
        parts.append(tongue.say("{n} other", n=assets.other))
    known = assets.left.people - assets.unknown
    text = tongue.say(
        "Why they left (known for {known}, unknown for {n}):", known=known, n=assets.unknown
    )
    yield Line(f"{text} {', '.join(parts)}.".replace(" .", ""), "reasons")


def _lived(clientele: Clientele, tongue: Tongue) -> Iterator[Line]:
    assets = clientele.assets
    if not assets.let_down:
        return
    titles = clientele.titles
    parts = [f"{tongue.number(one.people)} {titles[one.touchpoint]}" for one in assets.lived]
    text = tongue.say(
        "Of the {total} who left, {n} had lived a broken promise in the {days} days before:",
        total=assets.left.people,
        n=assets.let_down,
        days=clientele.agreed.within_ms // DAY_MS,
    )
    yield Line(f"{text} {', '.join(parts)}.", "lived")
