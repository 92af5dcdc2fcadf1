"""A topic that is hidden from us is no missing topic, and who is to mend it is another person."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import (
    LeaderNotAvailableError,
    NodeNotReadyError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

from service.errors import NotFoundError, RefusedError
from service.log import identity
from service.log.identity import Identities, Identity, need_topics
from service.transport import Transport

NOWHERE = Transport((("127.0.0.1", 1),), "eu")


class Brokers:
    """Answer for each topic with an error, or with its partitions."""

    def __init__(self, **errors: type[Any]) -> None:
        """Take the errors by the topic's name; a topic without one is there."""
        self._errors = errors
        self.away = set[int]()

    async def bootstrap(self) -> None:
        """Be there."""

    async def close(self) -> None:
        """Go."""

    @property
    def cluster(self) -> Any:
        """Know three."""
        return SimpleNamespace(brokers=lambda: [SimpleNamespace(nodeId=node) for node in range(3)])

    async def send(self, node: int, asked: Any) -> Any:
        """Answer, unless it is a node that is away."""
        if node in self.away:
            raise NodeNotReadyError(str(node))
        rows = [self._row(name) for name in asked._topics]
        return SimpleNamespace(topics=rows)

    def _row(self, name: str) -> tuple[Any, ...]:
        error = self._errors.get(name.replace(".", "_"))
        if error is None:
            return (0, name, bytes(16), False, [object(), object()], 0)
        return (error.errno, name, bytes(16), False, [], 0)


def asking(**errors: type[Any]) -> Identities:
    """Return what asks such brokers."""
    found = Identities(NOWHERE)
    found._client = cast("AIOKafkaClient", Brokers(**errors))
    return found


async def test_what_there_is() -> None:
    """A topic that is there has its partitions; one that is not is left out."""
    found = await asking(b=UnknownTopicOrPartitionError, c=LeaderNotAvailableError).of("abc")
    assert found == {"a": Identity("0" * 32, 2)}


async def test_a_broker_that_is_away_is_passed_over() -> None:
    """The next one is asked; none at all is an error, as it comes."""
    brokers = Brokers()
    found = Identities(NOWHERE)
    found._client = cast("AIOKafkaClient", brokers)
    for node in range(3):
        brokers.away.add(node)
        asked = [found.of("a") for _ in range(20)]
        if node < 2:
            assert all([await one for one in asked])
        else:
            for one in asked:
                with pytest.raises(NodeNotReadyError):
                    await one


async def test_a_hidden_topic_is_a_missing_right(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named, and the hint names the rights, not `--create`."""
    found = asking(b=TopicAuthorizationFailedError)
    assert set(await found.of("abc")) == {"a", "c"}
    monkeypatch.setattr(identity, "Identities", lambda _: found)
    with pytest.raises(RefusedError, match="see b") as refused:
        await need_topics(NOWHERE, "abc")
    assert "erosion topics --acls" in refused.value.hint


async def test_a_topic_of_ours_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """All are named at once; where none is missing, what they are comes back."""
    found = asking(eu_dead=UnknownTopicOrPartitionError, eu_door=UnknownTopicOrPartitionError)
    monkeypatch.setattr(identity, "Identities", lambda _: found)
    assert set(await need_topics(NOWHERE, ["eu.log"])) == {"eu.log"}
    with pytest.raises(NotFoundError, match=r"eu\.dead, eu\.door") as missing:
        await need_topics(NOWHERE, ["eu.door", "eu.log", "eu.dead"])
    assert "erosion topics --create" in missing.value.hint
