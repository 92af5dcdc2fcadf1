"""Which channels are there: those for which there are settings and secrets, or none at all."""

import io
from pathlib import Path

import pytest

from alerts.links import read
from alerts.secret import Secret
from service.errors import ConfigurationError
from service.hosts.ways import LINK_GOOD_MS, channels, link_maker
from service.settings import ProcessSettings, Secrets
from tests.alerts.samples import OPENED
from tests.alerts.test_webhook import KEY

WORD = "a key that is long enough"


def secrets(folder: Path, **values: str) -> Secrets:
    """Write secrets and read them."""
    for name, value in values.items():
        path = folder / name
        path.write_text(value)
        path.chmod(0o600)
    return Secrets.read(folder)


def names(process: ProcessSettings, found: Secrets) -> list[str]:
    """Return the names of the channels."""
    return [channel.name for channel in channels(process, found, io.StringIO())]


def test_without_secrets_there_is_the_console_and_the_file() -> None:
    """Nothing else needs no secret."""
    assert names(ProcessSettings(), Secrets()) == ["console", "jsonl"]


def test_every_channel_has_its_settings(tmp_path: Path) -> None:
    """With all of them there are all channels."""
    found = secrets(
        tmp_path,
        slack_bot_token="xoxb-1",  # noqa: S106 - an invented one
        slack_webhook_desks="https://hooks.slack.example/x",
        webhook_crm="https://crm.example/hook",
        webhook_key_crm=KEY,
        apprise_phones="ntfy://phones",
    )
    process = ProcessSettings(smtp_host="relay.example", kafka="127.0.0.1:9092")
    assert names(process, found) == [
        "console", "jsonl", "slack", "email", "webhook", "kafka", "apprise",
    ]  # fmt: skip


@pytest.mark.parametrize("key", ["", "whsec_c2hvcnQ=", "x"])
def test_a_webhook_without_a_good_key_is_refused_at_the_start(tmp_path: Path, key: str) -> None:
    """An unsigned or weakly signed webhook is found before the first alert."""
    given = {"webhook_crm": "https://crm.example/hook"} | ({"webhook_key_crm": key} if key else {})
    with pytest.raises(ConfigurationError, match="webhook_key_crm"):
        names(ProcessSettings(), secrets(tmp_path, **given))


def test_a_wrong_network_is_refused_at_the_start(tmp_path: Path) -> None:
    """What is no network in the list of allowed ones is an error with the variable's name."""
    found = secrets(tmp_path, webhook_crm="https://crm.example/hook", webhook_key_crm=KEY)
    with pytest.raises(ConfigurationError, match="EROSION_WEBHOOK_ALLOW"):
        names(ProcessSettings(webhook_allow="10.0.0.0/8, nonsense"), found)
    assert "webhook" in names(ProcessSettings(webhook_allow="10.0.0.0/8, ::1"), found)


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://slack.com/api/", True),
        ("http://127.0.0.1:4003/api/", True),
        ("http://slack.example/api/", False),
        ("http://127.0.0.1.evil.example/", False),
        ("https://user@slack.com/", False),
        ("ftp://127.0.0.1/", False),
    ],
)
def test_slack_is_spoken_to_encrypted(url: str, good: bool) -> None:
    """Plain text goes to this machine only."""
    if good:
        assert ProcessSettings(slack_url=url).slack_url == url
    else:
        with pytest.raises(ValueError, match="slack_url"):
            ProcessSettings(slack_url=url)


def test_links_need_a_page_and_a_key(tmp_path: Path) -> None:
    """With both, a link is good for a week, for one answer to one delivery."""
    found = secrets(tmp_path, link_key=WORD)
    assert link_maker(ProcessSettings(), found) is None
    assert link_maker(ProcessSettings(public_url="https://erosion.example"), Secrets()) is None
    with pytest.raises(ConfigurationError, match="link_key"):
        link_maker(
            ProcessSettings(public_url="https://erosion.example"), secrets(tmp_path, link_key="x")
        )
    found = secrets(tmp_path, link_key=WORD)
    made = link_maker(ProcessSettings(public_url="https://erosion.example"), found)
    assert made is not None
    token = made(OPENED, "take").rpartition("/")[2]
    end = OPENED.created_at + LINK_GOOD_MS
    claim = read(Secret(WORD), token, end - 1)
    assert claim is not None
    assert (claim.action, claim.key, claim.receiver) == ("take", OPENED.key, OPENED.receiver)
    assert read(Secret(WORD), token, end) is None
