"""Look at the topics of a cluster, and make those that are missing.

Topics are looked up in the list of all of them.  To ask for one by its name was rejected: a broker
that makes topics on demand (most do, unless told otherwise) would make the very topic whose absence
was to be found, with settings that lose data.  A topic that is there is never changed here: what a
line of kafka-configs.sh does is for a person to decide.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from service.errors import ErosionError, RefusedError
from service.log.reach import RIGHTS, reach
from service.log.wanted import COPIES, Found, Topic
from service.transport import Transport

TRIES, PAUSE_S = 50, 0.2


class Cluster:
    """Answer what topics there are; made by `cluster`."""

    def __init__(self, admin: Any) -> None:
        """Keep the client."""
        self._admin = admin

    async def usual_copies(self) -> int:
        """Return how many copies a topic should have here: three, or one on each broker."""
        described: Mapping[str, Any] = await self._admin.describe_cluster()
        return min(COPIES, len(described["brokers"]))

    async def found(self, names: Iterable[str]) -> dict[str, Found]:
        """Return what those of the topics are like that there are."""
        wanted = set(names)
        shapes = {
            topic["topic"]: topic["partitions"]
            for topic in await self._admin.describe_topics()
            if topic["topic"] in wanted
        }
        settings = await self._settings(shapes)
        return {
            name: Found(
                len(parts), min((len(p["replicas"]) for p in parts), default=0), settings[name]
            )
            for name, parts in shapes.items()
        }

    async def create(self, topics: Iterable[Topic], copies: int) -> list[str]:
        """Make topics; return the names of those that were not there before."""
        new = [
            NewTopic(topic.name, int(topic.partitions.value), copies, None, topic.made_with(copies))
            for topic in topics
        ]
        answer = await self._admin.create_topics(new)
        made = []
        for name, code, message in answer.topic_errors:
            kind = for_code(code)
            if kind is TopicAlreadyExistsError:
                continue
            _refuse(code, f"topic {name} could not be made", message)
            made.append(name)
        await self._until_seen(made)
        return made

    async def _settings(self, names: Iterable[str]) -> dict[str, dict[str, str]]:
        asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
        if not asked:
            return {}
        found: dict[str, dict[str, str]] = {}
        for answer in await self._admin.describe_configs(asked):
            for code, message, _, name, entries in answer.resources:
                _refuse(code, f"the settings of topic {name} could not be read", message)
                found[name] = {entry[0]: entry[1] or "" for entry in entries}
        return found

    async def _until_seen(self, names: list[str]) -> None:
        """Wait until every new topic shows: brokers hear of it one after the other."""
        for _ in range(TRIES):
            if set(names) <= set(await self._admin.list_topics()):
                return
            await asyncio.sleep(PAUSE_S)


@asynccontextmanager
async def cluster(transport: Transport) -> AsyncIterator[Cluster]:
    """Yield the cluster that a transport leads to; its errors say what to do."""
    await reach(transport)
    admin = AIOKafkaAdminClient(**transport.client())
    try:
        await admin.start()
        yield Cluster(admin)
    except KafkaError as error:
        raise ErosionError(
            f"Kafka: {error}", "try again; if it stays, look at the broker"
        ) from error
    finally:
        await admin.close()


def _refuse(code: int, what: str, message: str | None) -> None:
    if code:
        kind = for_code(code)
        words = message or kind.__name__
        raise RefusedError(f"{what}: {words}", RIGHTS if "uthoriz" in words + kind.__name__ else "")
