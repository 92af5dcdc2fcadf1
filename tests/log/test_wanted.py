"""What the topics must be like: what will do, what will not, and the line that mends it."""

import pytest

from service.log.acls import ROLES, acl_lines
from service.log.wanted import Found, Keeping, Want, compared, mending, wanted_topics

DAY = 24 * 3600 * 1000
WANTED = wanted_topics("eu", 4, Keeping(90 * DAY, 30 * DAY), ["crm.events"])
LOG, DEAD, CONTROL, DOOR, CHECKPOINTS, RAW = WANTED


def found(topic: int = 0, copies: int = 3, setting: str = "", value: str = "") -> Found:
    """Return a topic as we would make it, with one setting changed."""
    settings = WANTED[topic].made_with(copies) | {setting: value}
    return Found(int(WANTED[topic].partitions.value), copies, settings)


@pytest.mark.parametrize(
    ("want", "value", "holds"),
    [
        (Want("delete"), "delete", True),
        (Want("delete"), "compact", False),
        (Want("10", "at least"), "10", True),
        (Want("10", "at least"), "9", False),
        (Want("10", "at least"), "-1", True),
        (Want("10", "at least"), "", False),
        (Want("-1"), "10", False),
        (Want("10", "at most"), "10", True),
        (Want("10", "at most"), "11", False),
        (Want("10", "at most"), "-1", False),
    ],
)
def test_what_will_do(want: Want, value: str, holds: bool) -> None:
    """More than is needed will do, -1 is without limit, and nothing is not enough."""
    assert want.holds(value) is holds


def test_names_and_partitions() -> None:
    """The log and the checkpoints have a partition for each shard; the control topic has one."""
    assert [(topic.name, topic.partitions.value) for topic in WANTED] == [
        ("eu.log", "4"),
        ("eu.dead", "1"),
        ("eu.control", "1"),
        ("eu.door", "1"),
        ("eu-engine-checkpoint-changelog", "4"),
        ("crm.events", "1"),
    ]


@pytest.mark.parametrize("copies", [1, 2, 3, 5])
def test_what_we_make_is_what_we_want(copies: int) -> None:
    """Every topic that is made by us is found in order."""
    for number, topic in enumerate(WANTED):
        rows = list(compared(topic, found(number, copies), copies))
        if topic.ours:
            assert all(row.ok for row in rows)
            assert len(rows) > 4


def test_two_of_three() -> None:
    """With three copies a record counts as written when two have it."""
    assert LOG.made_with(3)["min.insync.replicas"] == "2"
    assert LOG.made_with(2)["min.insync.replicas"] == "1"
    one = found(0, 3, "min.insync.replicas", "1")
    assert [row.setting for row in compared(LOG, one, 3) if not row.ok] == ["min.insync.replicas"]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("message.timestamp.type", "CreateTime"),
        ("cleanup.policy", "compact"),
        ("retention.ms", str(7 * DAY)),
        ("retention.bytes", "1000000"),
        ("max.message.bytes", "1048588"),
        ("unclean.leader.election.enable", "true"),
    ],
)
def test_what_a_log_must_not_be(setting: str, value: str) -> None:
    """A log that deletes early, drops equal keys or believes senders' clocks is wrong, and mended."""
    rows = list(compared(LOG, found(0, 3, setting, value), 3))
    assert [row.setting for row in rows if not row.ok] == [setting]
    (line,) = mending(WANTED, rows, "b:9092")
    made = LOG.made_with(3)[setting]
    assert line.endswith(f"--entity-name eu.log --add-config {setting}={made}")


def test_a_log_may_keep_longer() -> None:
    """A log that keeps for as long as the configuration says, or longer, is in order."""
    assert all(row.ok for row in compared(LOG, found(0, 3, "retention.ms", str(90 * DAY)), 3))


def test_a_missing_topic() -> None:
    """What is missing is one row, and the command that makes it is told once."""
    rows = [row for topic in WANTED for row in compared(topic, None, 3)]
    assert [row.found for row in rows] == ["missing"] * 6
    lines = list(mending(WANTED, rows, "b:9092"))
    assert lines[0] == "erosion topics --create"
    assert lines[1].startswith("erosion topics --create-sources ")
    assert len(lines) == 2


def test_another_number_of_partitions() -> None:
    """Partitions that are too many never go by themselves."""
    rows = list(compared(LOG, found()._replace(partitions=5), 3))
    assert [(row.setting, row.found) for row in rows if not row.ok] == [("partitions", "5")]
    assert "--partitions as they are" in next(mending(WANTED, rows, "b"))


def test_too_few_partitions() -> None:
    """A log that has none yet for a new shard is given one by the line that is printed."""
    rows = list(compared(LOG, found()._replace(partitions=3), 3))
    alter = "kafka-topics.sh --bootstrap-server b:9092 --alter --topic eu.log --partitions 4"
    assert list(mending(WANTED, rows, "b:9092")) == [alter]


def test_a_raw_topic_that_forgets() -> None:
    """A source's topic that drops records with an equal key would lose events before we read them."""
    rows = list(compared(RAW, Found(12, 1, {"cleanup.policy": "compact"}), 3))
    assert [row.setting for row in rows if not row.ok] == ["cleanup.policy"]
    assert "retention" not in " ".join(RAW.made_with(3))


def test_rights() -> None:
    """Every role has its lines; none may change or delete, and only one may create."""
    lines = list(acl_lines("eu", ["b", "a", "a"], "b:9092"))
    for role in ROLES:
        assert any(f"User:eu-{role} " in line for line in lines)
    words = [word for line in lines for word in line.split()]
    assert not {"All", "Alter", "AlterConfigs", "Delete", "IdempotentWrite"} & set(words)
    assert all("User:eu-admin" in line for line in lines if " Create " in line)
    assert not any(line.endswith("--topic eu-") for line in lines if "User:eu-intake" in line)
