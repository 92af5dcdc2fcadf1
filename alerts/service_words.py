"""English words about the service itself: feeds that stopped, messages that did not arrive, history."""

MEND_GAP = "find out who cut the topic; then go on behind the gap: erosion accept"
CHECK_FEED = "check the feed and who sends it"
HISTORIC_WHERE = "They began more than a day before. List them: erosion alerts --all"


def historic(count: int) -> str:
    """Say how many findings are history."""
    noun = "finding" if count == 1 else "findings"
    return f"HISTORY - {count:,} old {noun}, over since"


def undelivered(count: int, receiver: str, channel: str) -> str:
    """Say that messages did not arrive."""
    noun = "message" if count == 1 else "messages"
    return f"NOT DELIVERED - {count:,} {noun} to {receiver} by {channel}"


def failure(detail: str, more: int) -> str:
    """Say why, and how many more there are."""
    rest = f" {more:,} more are listed by: erosion deliveries" if more > 0 else ""
    return f"Reason: {detail}.{rest}"


def feed(source: str, unjudged: int) -> str:
    """Name a feed that stopped, and the promises that nobody judges meanwhile."""
    if not unjudged:
        return f"no news from {source}"
    noun = "promise" if unjudged == 1 else "promises"
    return f"{unjudged:,} {noun} unjudged, no news from {source}"


def lost(source: str) -> str:
    """Name a feed of which records are gone."""
    return f"records of {source} lost"
