"""The port to Kafka and the library for the long tail: what each failure means."""

import apprise
import pytest

from alerts.channels.apprise import Apprise
from alerts.channels.kafka import Kafka, Produce
from alerts.retry import Result
from alerts.secret import Secret
from tests.alerts.samples import OPENED, for_channel

PHONES = for_channel(OPENED, "apprise")


def failing(error: Exception) -> Produce:
    """Return a port that fails so."""

    async def produce(topic: str, key: bytes, value: bytes, content_type: str) -> None:
        raise error

    return produce


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (ValueError("UnknownTopicOrPartitionError"), Result.PERMANENT),
        (ConnectionError("KafkaConnectionError"), Result.RETRY),
        (TimeoutError("x"), Result.AMBIGUOUS),
        (OSError("RequestTimedOutError"), Result.AMBIGUOUS),
        (RuntimeError("closed"), Result.AMBIGUOUS),
    ],
)
async def test_each_failure_of_the_port(error: Exception, result: Result) -> None:
    """Never, not sent, or nobody knows."""
    verdict = await Kafka(failing(error)).send(for_channel(OPENED, "kafka"), 0)
    assert verdict.result is result


async def test_apprise_sends_and_forgets() -> None:
    """Taken is delivered, refused is tried again, an address it cannot read is final."""
    said: list[tuple[str, str, str]] = []

    def notify(address: str, title: str, body: str) -> bool:
        said.append((address, title, body))
        if address == "?":
            raise ValueError("address")
        return address == "good"

    for address, result in (
        ("good", Result.DELIVERED),
        ("bad", Result.AMBIGUOUS),
        ("?", Result.PERMANENT),
    ):
        channel = Apprise({"phones": Secret(address)}, notify)
        assert (await channel.send(PHONES, 0)).result is result
    assert said[0][1] == OPENED.subject
    assert "Do now: call the 11" in said[0][2]
    assert (await Apprise({}, notify).send(PHONES, 0)).result is Result.PERMANENT


@pytest.mark.filterwarnings("ignore::DeprecationWarning:apprise")
async def test_apprise_itself(caplog: pytest.LogCaptureFixture) -> None:
    """The library knows the addresses of many services, and writes none of them into the log."""
    assert apprise.Apprise().add("ntfy://127.0.0.1:1/topic")
    for address in ("nonsense-T0P-S3CR3T://", "json://user:T0P-S3CR3T@127.0.0.1:1/"):
        verdict = await Apprise({"phones": Secret(address)}).send(PHONES, 0)
        assert verdict.result is not Result.DELIVERED
        assert "S3CR3T" not in caplog.text + repr(verdict)
