"""Which topic it is: the identity that a broker gives to each topic it makes, and its partitions.

A topic that was deleted and made again has the old name, and offsets that mean other records.  Only
its id tells the two apart, and the client library asks for metadata in a form from before there were
ids, so that one request is written out here.  To infer it from offsets that went back was rejected:
a topic that fills up again before anybody looks would pass for the old one.
"""

from collections.abc import Iterable
from io import BytesIO
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaConnectionError, KafkaError, TopicAuthorizationFailedError
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    AbstractType,
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)

from service.errors import NotFoundError, RefusedError
from service.log.reach import RIGHTS
from service.transport import Transport

_TEXT = CompactString("utf-8")


class _Id(AbstractType[bytes]):  # type: ignore[misc]
    """Be sixteen bytes."""

    @classmethod
    def encode(cls, value: bytes) -> bytes:
        return value

    @classmethod
    def decode(cls, data: BytesIO) -> bytes:
        return data.read(16)


_PARTITION = (
    ("error_code", Int16),
    ("partition", Int32),
    ("leader", Int32),
    ("leader_epoch", Int32),
    ("replicas", CompactArray(Int32)),
    ("isr", CompactArray(Int32)),
    ("offline", CompactArray(Int32)),
    ("tags", TaggedFields),
)
_TOPIC = (
    ("error_code", Int16),
    ("name", _TEXT),
    ("topic_id", _Id),
    ("internal", Boolean),
    ("partitions", CompactArray(*_PARTITION)),
    ("operations", Int32),
    ("tags", TaggedFields),
)
_BROKER = (("node", Int32), ("host", _TEXT), ("port", Int32), ("rack", _TEXT))


class _Answer(Response):  # type: ignore[misc]
    API_KEY: ClassVar[int] = 3
    API_VERSION: ClassVar[int] = 12
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("brokers", CompactArray(*_BROKER, ("tags", TaggedFields))),
        ("cluster_id", _TEXT),
        ("controller_id", Int32),
        ("topics", CompactArray(*_TOPIC)),
        ("tags", TaggedFields),
    )


class _Question(RequestStruct):  # type: ignore[misc]
    FLEXIBLE_VERSION: ClassVar[bool] = True
    API_KEY: ClassVar[int] = 3
    API_VERSION: ClassVar[int] = 12
    RESPONSE_TYPE = _Answer
    SCHEMA = Schema(
        ("topics", CompactArray(("topic_id", _Id), ("name", _TEXT), ("tags", TaggedFields))),
        ("create", Boolean),
        ("operations", Boolean),
        ("tags", TaggedFields),
    )


class _Ask(Request[_Question]):  # type: ignore[misc]
    API_KEY: ClassVar[int] = 3

    def __init__(self, topics: list[str]) -> None:
        self._topics = topics

    def build(self, request_struct_class: type[_Question]) -> _Question:
        rows: list[tuple[bytes, str, dict[int, bytes]]] = [
            (bytes(16), name, {}) for name in self._topics
        ]
        return request_struct_class(rows, False, False, {})


class Identity(NamedTuple):
    """Name one topic for good, and say how many partitions it has."""

    id: str
    partitions: int


async def need_topics(transport: Transport, topics: Iterable[str]) -> dict[str, Identity]:
    """Return what our own topics are; a client would wait for ever for one that is not there.

    Raise NotFoundError for that, and RefusedError for one that we may not see.
    """
    wanted = set(topics)
    found, hidden = await asked_once(transport, wanted)
    if hidden:
        names = ", ".join(sorted(hidden))
        raise RefusedError(f"the brokers do not let us see {names}", RIGHTS)
    if missing := wanted - set(found):
        text = f"there is no topic {', '.join(sorted(missing))}"
        raise NotFoundError(text, "make our topics: erosion topics --create")
    return found


async def asked_once(
    transport: Transport, topics: Iterable[str]
) -> tuple[dict[str, Identity], set[str]]:
    """Return the topics that there are, and which are hidden from us, over a line of its own."""
    identities = Identities(transport)
    await identities.start()
    try:
        return await identities.of(topics), identities.hidden
    finally:
        await identities.stop()


class Identities:
    """Ask the brokers which topics stand behind names."""

    def __init__(self, transport: Transport) -> None:
        """Take the way to the brokers; nothing is connected before `start`."""
        self._client = AIOKafkaClient(**transport.client())
        self._answered: int | None = None
        self.hidden: set[str] = set()

    async def start(self) -> None:
        """Connect."""
        await self._client.bootstrap()

    async def stop(self) -> None:
        """Let go."""
        await self._client.close()

    async def of(self, topics: Iterable[str]) -> dict[str, Identity]:
        """Return the identity of each topic that exists and is not `hidden` from us."""
        answer = await self._answer(_Ask(sorted(topics)))
        # To somebody without a right the brokers do not even say whether there is such a topic.
        forbidden = TopicAuthorizationFailedError.errno
        self.hidden = {name for error, name, *_ in answer.topics if error == forbidden}
        return {
            name: Identity(UUID(bytes=found).hex, len(partitions))
            for error, name, found, _, partitions, *_ in answer.topics
            if not error
        }

    async def _answer(self, question: _Ask) -> Any:
        """Ask one broker after another, who answered last first: the client learns late who is away."""
        nodes = [broker.nodeId for broker in self._client.cluster.brokers()]
        failed: KafkaError = KafkaConnectionError("no broker is known")
        for node in sorted(nodes, key=lambda node: node != self._answered):
            try:
                answer = await self._client.send(node, question)
            except KafkaError as error:
                failed = error
            else:
                self._answered = node
                return answer
        raise failed
