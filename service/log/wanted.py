"""What the topics must be like, and how what is there differs from it; nothing here connects.

A topic made by hand, or by a broker that makes whatever is asked for, looks right and loses data:
it deletes after a week, stamps with the sender's clock, or drops what has an equal key.  So every
setting on which a promise rests is written down here once, and both creating and checking read it.
What may be more generous than we need (`at least`) is left alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

UNLIMITED = -1
MESSAGE_BYTES = 4 * 1024 * 1024
# A changelog is compacted only in segments that are closed: small ones keep a restart short.
SEGMENT_BYTES = 128 * 1024 * 1024
COPIES, COPIES_IN_STEP = 3, 2
CHECKPOINTS = "engine-checkpoint-changelog"
MORE_PARTITIONS = "give it one for each of `shards`: `erosion topics` says how"


class Want(NamedTuple):
    """Say what one setting must be."""

    value: str
    rule: Literal["is", "at least", "at most"] = "is"

    def __str__(self) -> str:
        """Return it in words."""
        words = "unlimited" if self.value == str(UNLIMITED) else self.value
        return words if self.rule == "is" else f"{self.rule} {words}"

    def holds(self, found: str) -> bool:
        """Tell whether what was found will do; -1 is without limit."""
        if self.rule == "is":
            return found == self.value
        least, most = (self.value, found) if self.rule == "at least" else (found, self.value)
        return _number(least) <= _number(most)


@dataclass(frozen=True, slots=True)
class Topic:
    """Say what one topic must be; `created` is what it is made with, where that differs."""

    name: str
    partitions: Want
    settings: Mapping[str, Want]
    created: Mapping[str, str] = field(default_factory=dict)
    ours: bool = True

    def made_with(self, copies: int) -> dict[str, str]:
        """Return the settings of a new topic."""
        if not self.ours:
            return {}
        wanted = {name: want.value for name, want in self.settings.items()}
        return wanted | in_step(copies) | dict(self.created)


_DELETED = {"cleanup.policy": Want("delete")}
_COMPACTED = {"cleanup.policy": Want("compact")}
_COMMON = {
    "max.message.bytes": Want(str(MESSAGE_BYTES), "at least"),
    "unclean.leader.election.enable": Want("false"),
}


class Found(NamedTuple):
    """Tell what a topic is."""

    partitions: int
    copies: int
    settings: Mapping[str, str]


class Row(NamedTuple):
    """Tell of one setting what is wanted and what was found."""

    topic: str
    partitions: int
    setting: str
    wanted: str
    found: str
    ok: bool


@dataclass(frozen=True, slots=True)
class Keeping:
    """Say for how long things must be kept, in milliseconds."""

    log: int
    dead: int


def wanted_topics(
    prefix: str, shards: int, keeping: Keeping, raw: Iterable[str] = ()
) -> list[Topic]:
    """Return our own topics and then those of the sources."""
    return [
        _log(f"{prefix}.log", shards, keeping.log),
        Topic(
            f"{prefix}.dead",
            Want("1", "at least"),
            {**_DELETED, "retention.ms": Want(str(keeping.dead), "at least"), **_COMMON},
        ),
        Topic(f"{prefix}.control", Want("1"), {**_COMPACTED, **_COMMON}),
        _door(f"{prefix}.door"),
        _checkpoints(f"{prefix}-{CHECKPOINTS}", shards),
        *(Topic(name, Want("1", "at least"), _DELETED, ours=False) for name in raw),
    ]


def _log(name: str, shards: int, keep_ms: int) -> Topic:
    """Return the log: stamped by the broker, and made to keep everything."""
    settings = {
        **_DELETED,
        "message.timestamp.type": Want("LogAppendTime"),
        "retention.ms": Want(str(keep_ms), "at least"),
        "retention.bytes": Want(str(UNLIMITED)),
        **_COMMON,
    }
    return Topic(name, Want(str(shards)), settings, {"retention.ms": str(UNLIMITED)})


def _door(name: str) -> Topic:
    """Return the topic of the doors: one partition, whose pulse tells whether any stands open."""
    settings = {**_DELETED, "message.timestamp.type": Want("LogAppendTime"), **_COMMON}
    return Topic(name, Want("1"), settings)


def _checkpoints(name: str, shards: int) -> Topic:
    settings = {
        **_COMPACTED,
        "retention.ms": Want(str(UNLIMITED)),
        "segment.bytes": Want(str(SEGMENT_BYTES), "at most"),
        **_COMMON,
    }
    return Topic(name, Want(str(shards)), settings)


def in_step(copies: int) -> dict[str, str]:
    """Return how many copies must have a record before it is acknowledged, of so many."""
    return {"min.insync.replicas": str(COPIES_IN_STEP if copies >= COPIES else 1)}


def compared(topic: Topic, found: Found | None, copies: int) -> Iterator[Row]:
    """Yield a row for each thing that is wanted of a topic; one row where there is none."""
    if found is None:
        yield Row(topic.name, 0, "topic", "there", "missing", ok=False)
        return
    wanted = {"partitions": topic.partitions, **topic.settings}
    if topic.ours:
        wanted["replication"] = Want(str(copies), "at least")
        (step,) = in_step(found.copies).items()
        wanted[step[0]] = Want(step[1], "at least")
    told = {
        **found.settings,
        "partitions": str(found.partitions),
        "replication": str(found.copies),
    }
    for setting, want in wanted.items():
        is_ = told.get(setting, "")
        yield Row(topic.name, found.partitions, setting, str(want), is_, want.holds(is_))


def mending(topics: Iterable[Topic], rows: Iterable[Row], servers: str) -> Iterator[str]:
    """Yield a line to type, or what to do, for each topic that is not as it must be."""
    wrong: dict[str, dict[str, Row]] = {}
    for row in rows:
        if not row.ok:
            wrong.setdefault(row.topic, {})[row.setting] = row
    by_name = {topic.name: topic for topic in topics}
    missing = [by_name[name] for name, settings in wrong.items() if [*settings] == ["topic"]]
    if any(topic.ours for topic in missing):
        yield "erosion topics --create"
    if any(not topic.ours for topic in missing):
        yield "erosion topics --create-sources   (or mend `kafka: topic` in the configuration)"
    for name, settings in wrong.items():
        yield from _alter(by_name[name], settings, servers)


def _alter(topic: Topic, settings: Mapping[str, Row], servers: str) -> Iterator[str]:
    made = (
        topic.made_with(COPIES) if topic.ours else {k: w.value for k, w in topic.settings.items()}
    )
    pairs = ",".join(f"{name}={made[name]}" for name in settings if name in made)
    if pairs:
        yield (
            f"kafka-configs.sh --bootstrap-server {servers} --alter --entity-type topics "
            f"--entity-name {topic.name} --add-config {pairs}"
        )
    if "partitions" in settings:
        yield _repartition(topic, settings["partitions"], servers)
    if "replication" in settings:
        yield f"{topic.name}: raise its copies with kafka-reassign-partitions.sh"


def _repartition(topic: Topic, row: Row, servers: str) -> str:
    """Return how to come to other partitions: more can be had at any time, fewer never."""
    wanted = topic.partitions.value
    if row.partitions < int(wanted):
        begin = f"kafka-topics.sh --bootstrap-server {servers} --alter"
        return f"{begin} --topic {topic.name} --partitions {wanted}"
    return f"{topic.name}: say --partitions as they are, or delete the topic while it is empty"


def _number(text: str) -> float:
    try:
        number = int(text)
    except ValueError:
        return float("nan")
    return float("inf") if number == UNLIMITED else number
