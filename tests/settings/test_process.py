"""The process reads its own settings from the environment and its secrets from files."""

from pathlib import Path

import pytest

from service.errors import ConfigurationError
from service.settings import ProcessSettings, Secrets


def secret(folder: Path, name: str, text: str, mode: int = 0o600) -> None:
    """Write one secret with its access rights."""
    (folder / name).write_text(text, "utf-8")
    (folder / name).chmod(mode)


def test_defaults() -> None:
    """Without any variable the service keeps everything beside itself and listens locally."""
    settings = ProcessSettings.read()
    assert settings.config == Path("config")
    assert settings.database_url == "sqlite:///data/erosion.db"
    assert settings.address == ("127.0.0.1", 8080)


def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable EROSION_NAME sets the field of that name."""
    monkeypatch.setenv("EROSION_DATA", "/var/lib/erosion")
    monkeypatch.setenv("EROSION_BIND", "[::]:80")
    monkeypatch.setenv("EROSION_SMTP_TLS", "implicit")
    settings = ProcessSettings.read()
    assert settings.database_url == "sqlite:////var/lib/erosion/erosion.db"
    assert settings.address == ("::", 80)
    assert settings.smtp_tls == "implicit"


def test_wrong_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong variable is named as people set it."""
    monkeypatch.setenv("EROSION_SMTP_PORT", "many")
    with pytest.raises(ConfigurationError, match="EROSION_SMTP_PORT: "):
        ProcessSettings.read()


def test_secrets(tmp_path: Path) -> None:
    """A secret is read from its file and never shows in print."""
    secret(tmp_path, "smtp_password", "hunter2\n")
    secret(tmp_path, "slack_webhook_desks", "https://hooks.slack.com/x")
    secret(tmp_path, "notes.txt", "left alone", 0o644)
    secrets = Secrets.read(tmp_path)
    assert secrets.get("smtp_password") == "hunter2"
    assert secrets.get("customer_key") is None
    assert set(secrets.values) == {"smtp_password", "slack_webhook_desks"}
    assert "hunter2" not in repr(secrets)


def test_readable_secret(tmp_path: Path) -> None:
    """A secret that everybody can read is refused with the command that mends it."""
    secret(tmp_path, "customer_key", "k", 0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        Secrets.read(tmp_path)


def test_no_secrets(tmp_path: Path) -> None:
    """Without a folder there are no secrets; a folder that is not there is a mistake."""
    assert Secrets.read(None).get("smtp_password") is None
    with pytest.raises(ConfigurationError, match="no such folder"):
        Secrets.read(tmp_path / "nowhere")
