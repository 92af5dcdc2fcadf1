"""How what is at stake behind an alert was reckoned: each figure with its source."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from alerts.evidence import Evidence
from alerts.stake import DAY_MS, Wait, Worth, kept, stake_of, waits_of
from alerts.story import LETS_DOWN
from service.cli.forms import length_text
from service.errors import NotFoundError

NOT_REPLACED = (
    "own outcomes are not used: `erosion advise` proposes them once there are 200 of each"
)


def reckoned(alert: Mapping[str, Any], config: Path) -> Iterator[str]:
    """Yield the lines that say who, how long, how many likely buyers, and what money that is.

    Raise NotFoundError where nothing was reckoned.
    """
    from service.settings import compile_settings, load

    directory = compile_settings(load(config)).directory
    topic, worth = directory.topics.get(alert["touchpoint"]), directory.worth
    is_known = worth and topic and worth.holds_for(topic.id) and topic.promise_ms
    if not is_known or worth is None or topic is None or alert["kind"] not in LETS_DOWN:
        hint = "state `value:` for this touchpoint; it needs a promise of one length"
        raise NotFoundError("nothing was reckoned for this alert", hint)
    past = Evidence(alert["evidence"]).past()
    yield from _lines(worth, waits_of(past, topic.promise_ms, alert["customers"]))


def _lines(worth: Worth, waits: list[Wait]) -> Iterator[str]:
    stake = stake_of(worth, waits)
    yield f"{worth.share:.0%} of those who ask buy: {worth.share_source}"
    points = ", ".join(f"{share:.1%} after {length_text(wait)}" for wait, share in worth.keep)
    yield f"of them remain {points}: {worth.keep_source}"
    for count, wait in waits:
        now, later = kept(worth, wait), kept(worth, max(wait, DAY_MS))
        yield (
            f"{count} waited {length_text(wait)} or more: {count} x {worth.share:.2f} x "
            f"(1 - {now:.3f}) = {count * worth.share * (1 - now):.2f} likely buyers; "
            f"by tomorrow {count * worth.share * (1 - later):.2f}"
        )
    low, high = stake.money
    yield f"at risk, not lost: {stake.now:.1f} likely buyers now, {stake.tomorrow:.1f} by tomorrow"
    yield f"{worth.currency} {low:,} to {high:,} at {worth.amount:,} each: {worth.amount_source}"
    yield NOT_REPLACED
