"""Words about the service itself: feeds that stopped, messages that did not arrive, history."""

from alerts.tongue import Tongue, noted

MEND_GAP = noted("find out who cut the topic; then go on behind the gap: erosion accept")
CHECK_FEED = noted("check the feed and who sends it")
HISTORIC_WHERE = noted("They began more than a day before. List them: erosion alerts --all")


def historic(tongue: Tongue, count: int) -> str:
    """Say how many findings are history."""
    return tongue.count(
        "HISTORY - {n} old finding, over since", "HISTORY - {n} old findings, over since", count
    )


def undelivered(tongue: Tongue, count: int, receiver: str, channel: str) -> str:
    """Say that messages did not arrive."""
    return tongue.count(
        "NOT DELIVERED - {n} message to {receiver} by {channel}",
        "NOT DELIVERED - {n} messages to {receiver} by {channel}",
        count,
        receiver=receiver,
        channel=channel,
    )


def failure(tongue: Tongue, detail: str, more: int) -> str:
    """Say why, and how many more there are."""
    why = tongue.say("Reason: {why}.", why=detail)
    if more <= 0:
        return why
    rest = tongue.count(
        "{n} more is listed by: erosion deliveries",
        "{n} more are listed by: erosion deliveries",
        more,
    )
    return f"{why} {rest}"


def feed(tongue: Tongue, source: str, unjudged: int) -> str:
    """Name a feed that stopped, and the promises that nobody judges meanwhile."""
    if not unjudged:
        return tongue.say("no news from {source}", source=source)
    return tongue.count(
        "{n} promise unjudged, no news from {source}",
        "{n} promises unjudged, no news from {source}",
        unjudged,
        source=source,
    )


def lost(tongue: Tongue, source: str) -> str:
    """Name a feed of which records are gone."""
    return tongue.say("records of {source} lost", source=source)


def waited(tongue: Tongue, loud: str, count: int) -> str:
    """Say that many messages waited, and now come as one."""
    return tongue.count(
        "{loud} - {n} message waited while delivery was down",
        "{loud} - {n} messages waited while delivery was down",
        count,
        loud=loud,
    )


def heap(tongue: Tongue, talks: int, over: int, counts: str) -> str:
    """Say how many findings stand in a heap of messages."""
    return tongue.say(
        "Findings: {talks}, of which over: {over}. {counts}", talks=talks, over=over, counts=counts
    )


def came_and_went(tongue: Tongue) -> str:
    """Say that something began and ended unheard."""
    return tongue.say("Opened and over while delivery was down.")


def footer(tongue: Tongue, receiver: str) -> str:
    """Say at the end of a mail whom it is for."""
    return tongue.say("To {receiver}. Sent automatically; nobody reads replies.", receiver=receiver)


def addressed(tongue: Tongue, receiver: str) -> str:
    """Say under a printed message whom it is for."""
    return tongue.say("[to {receiver}]", receiver=receiver)


def silenced(tongue: Tongue, what: str, until: str) -> str:
    """Say that something is silenced until some time, or with no time that it is not any more."""
    what = what or tongue.say("everything")
    if not until:
        return tongue.say("LOUD AGAIN - {what}", what=what)
    return tongue.say("SILENCED - {what}, until {time}", what=what, time=until)
