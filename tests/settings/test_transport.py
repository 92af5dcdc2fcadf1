"""What the environment says of Kafka becomes one value, or clear lines that name the variable."""

import ssl
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from service.errors import ConfigurationError
from service.settings import ProcessSettings, Secrets, read_registry, read_transport

NOTHING = Secrets()
PASSWORD = Secrets({"kafka_password": SecretStr("hunter2")})
MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"kafka": ""}, "EROSION_KAFKA: no broker is named"),
    ({"kafka": "broker"}, "EROSION_KAFKA: 'broker' is no address"),
    ({"kafka": "localhost:99999"}, "EROSION_KAFKA: 'localhost:99999' is no address"),
    ({"kafka": "localhost:9092,kafka://x:1"}, "EROSION_KAFKA: 'kafka://x:1' is no address"),
    ({"kafka": "broker.example.com:9092"}, "EROSION_KAFKA_PLAINTEXT=allow"),
    ({"kafka": "localhost:9092,10.0.0.1:9092"}, "10.0.0.1 is another machine"),
    ({"kafka_ca": "/none"}, "EROSION_KAFKA_CA: set EROSION_KAFKA_SECURITY"),
    ({"kafka_security": "tls", "kafka_ca": "/none"}, "EROSION_KAFKA_CA: there is no file /none"),
    ({"kafka_security": "tls", "kafka_cert": __file__}, "EROSION_KAFKA_KEY: is missing"),
    ({"kafka_security": "tls", "kafka_user": "u"}, "EROSION_KAFKA_USER: set EROSION_KAFKA_SEC"),
    ({"kafka_security": "tls", "kafka_ca": __file__}, "EROSION_KAFKA_CA: .* holds no certificate"),
    ({"kafka_security": "sasl"}, "EROSION_KAFKA_USER: is missing"),
    ({"kafka_security": "sasl", "kafka_user": "u"}, "EROSION_SECRETS: there is no file kafka_pas"),
]


def process(**given: Any) -> ProcessSettings:
    """Return settings of a process with a broker on this machine."""
    return ProcessSettings(**({"kafka": "localhost:9092"} | given))


@pytest.mark.parametrize(("given", "told"), MISTAKES, ids=lambda value: str(value)[:40])
def test_mistakes(given: dict[str, Any], told: str) -> None:
    """A wrong combination is refused with the name of the variable."""
    with pytest.raises(ConfigurationError, match=told):
        read_transport(process(**given), NOTHING)


def test_all_mistakes_at_once() -> None:
    """Every problem is told in one go."""
    with pytest.raises(ConfigurationError) as error:
        read_transport(process(kafka="nobody", kafka_security="sasl"), NOTHING)
    assert len(error.value.problems) == 3


@pytest.mark.parametrize("server", ["localhost:9092", "127.0.0.9:1", "[::1]:9092"])
def test_plaintext_stays_on_this_machine(server: str) -> None:
    """Without protection only this machine is spoken to."""
    transport = read_transport(process(kafka=server), NOTHING)
    assert transport.client() == {
        "bootstrap_servers": [server],
        "security_protocol": "PLAINTEXT",
        "ssl_context": None,
    }


def test_plaintext_on_purpose() -> None:
    """A variable of its own lets plaintext out; it is not one that is set in passing."""
    allowed = process(kafka="broker:9092", kafka_plaintext="allow")
    assert read_transport(allowed, NOTHING).servers == ["broker:9092"]


def test_names() -> None:
    """Topics and groups are named after the prefix, the way Faust names its own after its app."""
    transport = read_transport(process(kafka_prefix="eu"), NOTHING)
    assert (transport.topic("log"), transport.group("engine")) == ("eu.log", "eu-engine")


def test_password_and_tls() -> None:
    """A user comes with TLS that compares names, and the password shows nowhere."""
    sasl = process(kafka="a:9093, b:9093", kafka_security="sasl", kafka_user="erosion")
    transport = read_transport(sasl, PASSWORD)
    client = transport.client()
    context = client.pop("ssl_context")
    assert client == {
        "bootstrap_servers": ["a:9093", "b:9093"],
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "erosion",
        "sasl_plain_password": "hunter2",
    }
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert "hunter2" not in repr(transport)


def test_readable_key(tmp_path: Path) -> None:
    """A key that everybody can read is refused with the command that mends it."""
    key = tmp_path / "key.pem"
    key.write_text("k")
    key.chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        read_transport(process(kafka_security="tls", kafka_cert=key, kafka_key=key), NOTHING)


def test_wrong_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A prefix that no topic could have is refused by its variable."""
    monkeypatch.setenv("EROSION_KAFKA_PREFIX", "our topics")
    with pytest.raises(ConfigurationError, match="EROSION_KAFKA_PREFIX: "):
        ProcessSettings.read()


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("", "no address"),
        ("registry:8081", "no address"),
        ("ftp://registry", "no address"),
        ("https://registry?x=1", "no address"),
        ("https://[registry", "no address"),
        ("https://registry:port", "no address"),
        ("http://registry.example.com:8081", "use https"),
        ("https://user:word@registry", "a user or a password"),
    ],
)
def test_addresses_that_are_no_registry(address: str, told: str) -> None:
    """Schemas come over TLS, or from this machine."""
    with pytest.raises(ConfigurationError, match="EROSION_SCHEMA_REGISTRY: ") as error:
        read_registry(ProcessSettings(schema_registry=address))
    assert told in str(error.value)
    assert "word" not in str(error.value).replace("password", "")


@pytest.mark.parametrize("address", ["http://127.0.0.1:8081/", "https://registry.example.com/api"])
def test_a_registry(address: str) -> None:
    """An address is taken without its last stroke."""
    assert read_registry(ProcessSettings(schema_registry=address)) == address.rstrip("/")
