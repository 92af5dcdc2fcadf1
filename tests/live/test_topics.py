"""`erosion topics` against a real broker: what it makes, what it finds wrong, and the rights it prints."""

import asyncio
import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    TopicAuthorizationFailedError,
    for_code,
)
from pydantic import SecretStr

from service.errors import RefusedError
from service.hosts.deciding import Deciding
from service.hosts.door import Door
from service.hosts.following import read_decided, wait_for_plan
from service.intake.decode import Decoder
from service.log.identity import need_topics
from service.settings import ProcessSettings, Secrets, compile_settings, load, read_transport
from service.transport import Transport
from tests.live.broker import Broker
from tests.live.certificates import Certificates
from tests.running import erosion, until
from tests.worlds import write_config

pytestmark = pytest.mark.live
USERS = {f"eu-{role}": role for role in ("intake", "engine", "door", "admin")}
# Anybody without a name may do anything here; those with a name only what they are allowed to.
GUARDED = {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users": "User:ANONYMOUS",
    "auto.create.topics.enable": "true",
}
RAW = {"sources": {"crm": {"kafka": {"topic": "crm.events"}}}}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """Run a broker that knows users, looks at their rights, and makes topics on demand."""
    folder = tmp_path_factory.mktemp("guarded")
    made = Certificates.make(folder / "certificates")
    with Broker(folder / "broker", GUARDED, made, USERS) as running:
        yield running


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a configuration with one source in Kafka."""
    return write_config(tmp_path_factory.mktemp("config") / "config", RAW)


def _topics(broker: Broker, config: Path, prefix: str, *arguments: str) -> tuple[int, str, str]:
    done = erosion(
        config,
        *("topics", "--config", str(config), *arguments),
        EROSION_KAFKA=broker.address,
        EROSION_KAFKA_PREFIX=prefix,
    )
    return done.returncode, done.stdout, done.stderr


def _wrong(out: str) -> set[tuple[str, str]]:
    rows = [json.loads(line) for line in out.splitlines()]
    return {(row["topic"], row["setting"]) for row in rows if not row["ok"]}


def test_made_and_found_in_order(guarded: Broker, config: Path) -> None:
    """What is missing is told and not made; --create makes ours, --create-sources the rest."""
    code, out, told = _topics(guarded, config, "eu")
    assert code == 1
    assert out.count("missing") == 6
    assert "what to do: erosion topics --create\n" in told
    code, out, told = _topics(guarded, config, "eu", "--create", "--partitions", "3", "--json")
    assert (code, _wrong(out)) == (1, {("crm.events", "topic")})
    assert told.count("made eu") == 5
    code, out, told = _topics(guarded, config, "eu", "--create-sources", "--partitions", "3")
    assert (code, "WRONG" in out) == (0, False), told
    assert "LogAppendTime" in out
    assert _topics(guarded, config, "eu", "--partitions", "3")[0] == 0
    code, out, told = _topics(guarded, config, "eu", "--partitions", "4", "--json")
    assert (code, {setting for _, setting in _wrong(out)}) == (1, {"partitions"})


def test_made_by_hand_and_mended(guarded: Broker, config: Path) -> None:
    """A topic with a broker's own settings is wrong; the line that is printed makes it right."""

    async def by_hand() -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=guarded.address)
        await admin.start()
        await admin.create_topics([NewTopic("us.log", 1, 1)])
        await admin.close()

    asyncio.run(by_hand())
    code, out, told = _topics(guarded, config, "us", "--create", "--json")
    assert code == 1
    assert _wrong(out) == {
        ("us.log", setting)
        for setting in ("message.timestamp.type", "retention.ms", "max.message.bytes")
    }
    (line,) = (line for line in told.splitlines() if "kafka-configs.sh" in line)
    guarded.tool("kafka.admin.ConfigCommand", *shlex.split(line.split("kafka-configs.sh")[1]))
    assert _topics(guarded, config, "us")[0] == 0


def _by_role(broker: Broker, config: Path, secrets: Path, role: str) -> tuple[int, str, str]:
    assert broker.certificates
    secrets.mkdir()
    (secrets / "kafka_password").write_text(role)
    (secrets / "kafka_password").chmod(0o600)
    done = erosion(
        config,
        *("topics", "--config", str(config), "--create", "--partitions", "3"),
        EROSION_KAFKA=broker.password_address,
        EROSION_KAFKA_PREFIX="eu",
        EROSION_KAFKA_SECURITY="sasl",
        EROSION_KAFKA_CA=str(broker.certificates.ca),
        EROSION_KAFKA_USER=f"eu-{role}",
        EROSION_SECRETS=str(secrets),
    )
    return done.returncode, done.stdout, done.stderr


def _transport(broker: Broker, role: str) -> Transport:
    assert broker.certificates
    given = ProcessSettings(
        kafka=broker.password_address,
        kafka_security="sasl",
        kafka_user=f"eu-{role}",
        kafka_ca=broker.certificates.ca,
        kafka_prefix="eu",
    )
    return read_transport(given, Secrets({"kafka_password": SecretStr(role)}))


def _as(broker: Broker, role: str) -> dict[str, Any]:
    return _transport(broker, role).client()


async def _writes(client: dict[str, Any], topic: str) -> bool:
    try:
        async with AIOKafkaProducer(**client, enable_idempotence=True) as producer:
            await producer.send_and_wait(topic, b"x", b"k")
    except TopicAuthorizationFailedError:
        return False
    return True


async def _reads(client: dict[str, Any], topic: str, group: str) -> bool:
    consumer = AIOKafkaConsumer(topic, **client, group_id=group, auto_offset_reset="earliest")
    try:
        await consumer.start()
        await asyncio.wait_for(consumer.getone(), 10)
        await consumer.commit()
    except (TopicAuthorizationFailedError, GroupAuthorizationFailedError):
        return False
    finally:
        await consumer.stop()
    return True


async def _creates(client: dict[str, Any], topic: str) -> bool:
    admin = AIOKafkaAdminClient(**client)
    await admin.start()
    answer = await admin.create_topics([NewTopic(topic, 1, 1)])
    await admin.close()
    code: int = answer.topic_errors[0][1]
    assert for_code(code).__name__ in ("NoError", "TopicAuthorizationFailedError")
    return code == 0


async def test_each_role_can_do_its_work_and_no_more(guarded: Broker, config: Path) -> None:
    """With the printed rights in force, each role does what it must and is refused the rest.

    Writing here is idempotent, so that right is not needed on this broker.
    """
    _topics(guarded, config, "eu", "--create-sources", "--partitions", "3")
    code, out, _ = _topics(guarded, config, "eu", "--acls")
    assert code == 0
    for line in out.splitlines():
        guarded.tool("org.apache.kafka.tools.AclCommand", *shlex.split(line)[1:])
    intake, engine, door, admin = (
        _as(guarded, role) for role in ("intake", "engine", "door", "admin")
    )
    changelog = "eu-engine-checkpoint-changelog"
    assert await _writes(door, "eu.door")
    assert await _writes({"bootstrap_servers": guarded.address}, "crm.events")
    assert await _reads(intake, "crm.events", "eu-intake")
    assert await _reads(intake, "eu.door", "eu-intake")
    assert await _writes(intake, "eu.log")
    assert await _writes(intake, "eu.dead")
    assert await _reads(engine, "eu.log", "eu-engine")
    assert await _writes(engine, changelog)
    assert await _creates(admin, "eu.new")
    refused = [
        await _writes(intake, changelog),
        await _writes(intake, "crm.events"),
        await _reads(intake, "crm.events", "eu-engine"),
        await _reads(engine, "crm.events", "eu-engine"),
        await _writes(door, "eu.log"),
        await _writes(door, "crm.events"),
        await _creates(engine, "eu.other"),
        await _creates(intake, "eu.other"),
        await _creates(admin, "crm.other"),
    ]
    assert not any(refused), refused


async def test_each_role_gets_through_its_start(guarded: Broker, config: Path) -> None:
    """With the rights of the test before, roles see what they use; what a role may not is named."""
    door, engine, intake = (_transport(guarded, role) for role in ("door", "engine", "intake"))
    await Deciding(engine).plan(compile_settings(load(config)).plan)
    plan, decided = await wait_for_plan(door)
    standing, stop = Door(door, Decoder(plan, b"key"), decided), asyncio.Event()
    running = asyncio.create_task(standing.run(stop))
    await asyncio.to_thread(until, lambda: running.done() or not standing.trouble)
    stop.set()
    await running
    await read_decided(engine, "eu.log", "eu-engine-checkpoint-changelog")
    await need_topics(intake, ["eu.log", "eu.control", "eu.dead", "eu.door", "crm.events"])
    with pytest.raises(RefusedError, match=r"see eu\.log") as refused:
        await read_decided(door, "eu.log")
    assert "erosion topics --acls" in refused.value.hint


def test_the_command_runs_as_its_role(guarded: Broker, config: Path, tmp_path: Path) -> None:
    """With the rights of the test before, `admin` may run this command, and others are told why not."""
    code, out, told = _by_role(guarded, config, tmp_path / "admin", "admin")
    assert (code, "WRONG" in out) == (0, False), told
    code, out, told = _by_role(guarded, config, tmp_path / "intake", "intake")
    assert (code, out) == (1, "")
    assert "erosion topics --acls" in told
