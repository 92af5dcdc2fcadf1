"""What goes over each wire, to the letter: a changed file is a changed message for somebody.

`python -m tests.alerts.test_payloads` writes the files anew; look at what changed before you commit.
"""

import io
import json
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from alerts.channels.apprise import Apprise
from alerts.channels.console import Console
from alerts.channels.email import Email, Relay, Tls
from alerts.channels.jsonl import Jsonl
from alerts.channels.kafka import Kafka
from alerts.channels.slack import Slack
from alerts.channels.webhook import Webhook
from alerts.courier import Channel
from tests.alerts.samples import OPENED, RESOLVED, for_channel
from tests.alerts.test_topics_and_tail import failing

GOLDEN = Path(__file__).parents[1] / "golden" / "payloads"
RELAY = Relay("127.0.0.1", 1, Tls.NONE, "alerts@aurora.example")
CHANNELS: dict[str, Channel] = {
    "console": Console(io.StringIO()),
    "jsonl": Jsonl(),
    "slack": Slack(httpx.AsyncClient(), {}),
    "email": Email(RELAY, lambda row, action: f"https://erosion.example/answer/{action}"),
    "webhook": Webhook({}),
    "kafka": Kafka(failing(OSError())),
    "apprise": Apprise({}, lambda address, title, body: True),
}
REACHES = (
    "console", "jsonl", "slack", "slack-bot", "email", "webhook", "webhook-alertmanager", "kafka",
    "apprise",
)  # fmt: skip
PARENTS = {"slack-bot": "C1:1789380000.000100", "email": f"<{OPENED.key}@aurora.example>"}


def text(payload: object) -> str:
    """Write a payload as lines."""
    if isinstance(payload, EmailMessage):
        parts = [f"{name}: {value}" for name, value in payload.items() if name != "Content-Type"]
        return "\n".join([*parts, *(str(part.get_content()) for part in payload.iter_parts())])
    if isinstance(payload, str):
        return payload
    return json.dumps(payload, indent=1, ensure_ascii=False) + "\n"


def payloads() -> Iterator[tuple[str, str]]:
    """Yield each file's name and what stands in it."""
    for reach in REACHES:
        channel = CHANNELS[reach.partition("-")[0]]
        for name, row in (("opened", OPENED), ("resolved", RESOLVED)):
            parent = PARENTS.get(reach, "") if name == "resolved" else ""
            yield f"{reach}_{name}.txt", text(channel.payload(for_channel(row, reach, parent)))


@pytest.mark.parametrize(
    ("name", "said"), [pytest.param(*found, id=found[0]) for found in payloads()]
)
def test_payload(name: str, said: str) -> None:
    """A payload is what it was."""
    assert said == (GOLDEN / name).read_text("utf-8")


def test_no_golden_file_is_left_over() -> None:
    """Each file belongs to a payload."""
    assert {path.name for path in GOLDEN.iterdir()} == {name for name, _ in payloads()}


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for file, said in payloads():
        (GOLDEN / file).write_text(said, "utf-8")
