"""Against a real broker with TLS: the right settings get in, and each wrong one says what to do."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pydantic import SecretStr

from service.errors import ErosionError, RefusedError, UnreachableError
from service.log.reach import reach
from service.settings import ProcessSettings, Secrets, read_transport
from service.transport import Transport
from tests.live.broker import Broker
from tests.live.certificates import Certificates
from tests.running import free_port

# After a handshake that was refused the client library leaves its half-open connection to the collector.
pytestmark = [pytest.mark.live, pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")]
SECRETS = Secrets({"kafka_password": SecretStr("s3cret")})


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """Run a broker with every kind of listener."""
    folder = tmp_path_factory.mktemp("secure")
    made = Certificates.make(folder / "certificates")
    with Broker(folder / "broker", certificates=made, users={"erosion": "s3cret"}) as running:
        yield running


def _transport(broker: Broker, **given: Any) -> Transport:
    assert broker.certificates
    usual = {"kafka": broker.password_address, "kafka_security": "sasl", "kafka_user": "erosion"}
    usual["kafka_ca"] = str(broker.certificates.ca)
    return read_transport(ProcessSettings(**(usual | given)), SECRETS)


def _mutual(broker: Broker, **given: Any) -> Transport:
    usual = {"kafka": broker.mutual_address, "kafka_security": "tls", "kafka_user": ""}
    return _transport(broker, **(usual | given))


def _own_certificate(certificates: Certificates) -> dict[str, str]:
    return {
        "kafka_cert": str(certificates.client),
        "kafka_key": str(certificates.client_key),
    }


async def _refused(transport: Transport) -> ErosionError:
    with pytest.raises((RefusedError, UnreachableError)) as found:
        await reach(transport)
    return found.value


@pytest.mark.parametrize("mechanism", ["scram-sha-512", "scram-sha-256"])
async def test_a_user_gets_in(secure: Broker, mechanism: str) -> None:
    """With user, password and the right authority records are written."""
    transport = _transport(secure, kafka_sasl=mechanism)
    await reach(transport)
    admin = AIOKafkaAdminClient(**transport.client())
    await admin.start()
    await admin.create_topics([NewTopic(mechanism, 1, 1)])
    await admin.close()
    async with AIOKafkaProducer(**transport.client(), enable_idempotence=True) as producer:
        assert (await producer.send_and_wait(mechanism, b"x")).offset == 0


async def test_a_certificate_gets_in(secure: Broker) -> None:
    """With a certificate of our own the listener that asks for one lets us in."""
    assert secure.certificates
    await reach(_mutual(secure, **_own_certificate(secure.certificates)))


async def test_wrong_authority(secure: Broker, tmp_path: Path) -> None:
    """A broker whose certificate another authority signed is not trusted."""
    other = Certificates.make(tmp_path / "other")
    error = await _refused(_transport(secure, kafka_ca=str(other.ca)))
    assert isinstance(error, RefusedError)
    assert "EROSION_KAFKA_CA" in error.hint


async def test_the_systems_authorities(secure: Broker) -> None:
    """Without an authority of its own the system's count, and they do not know this broker."""
    error = await _refused(_transport(secure, kafka_ca=None))
    assert "EROSION_KAFKA_CA" in error.hint


async def test_wrong_name(secure: Broker) -> None:
    """A certificate for another name is refused, also where the authority is right."""
    by_number = secure.password_address.replace("localhost", "127.0.0.1")
    error = await _refused(_transport(secure, kafka=by_number))
    assert isinstance(error, RefusedError)
    assert "a name that stands in its certificate" in error.hint


async def test_wrong_password(secure: Broker) -> None:
    """A wrong password is told as one, and is not shown."""
    wrong = replace(_transport(secure), password=SecretStr("hunter2"))
    error = await _refused(wrong)
    assert isinstance(error, RefusedError)
    assert "kafka_password" in error.hint
    assert "hunter2" not in f"{error} {error.hint}"


async def test_wrong_mechanism(secure: Broker) -> None:
    """A mechanism that the broker does not take is named with its variable."""
    error = await _refused(_transport(secure, kafka_sasl="plain"))
    assert "EROSION_KAFKA_SASL" in error.hint


async def test_a_foreign_certificate(secure: Broker, tmp_path: Path) -> None:
    """A certificate of ours that the broker's authority did not sign gets us nowhere."""
    other = _own_certificate(Certificates.make(tmp_path / "other"))
    error = await _refused(_mutual(secure, **other))
    assert "certificate" in error.hint or "EROSION_KAFKA_CERT" in error.hint


async def test_no_certificate(secure: Broker) -> None:
    """A listener that asks for a certificate is told by the variable that names ours."""
    error = await _refused(_mutual(secure))
    assert "EROSION_KAFKA_CERT" in error.hint


async def test_plaintext_to_tls(secure: Broker) -> None:
    """Who calls a listener with TLS in plain text is told what to set."""
    plain = ProcessSettings(kafka=secure.mutual_address)
    error = await _refused(read_transport(plain, Secrets()))
    assert "EROSION_KAFKA_SECURITY" in error.hint


async def test_tls_to_plaintext(secure: Broker) -> None:
    """Who calls a plain listener with TLS is told too."""
    error = await _refused(_mutual(secure, kafka=secure.address))
    assert "is it a listener with TLS" in error.hint


async def test_nobody_there(secure: Broker) -> None:
    """A broker that is away is no wrong setting: the same settings may do later."""
    error = await _refused(_transport(secure, kafka=f"localhost:{free_port()}"))
    assert isinstance(error, UnreachableError)


async def test_standing_still(secure: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that takes the connection and says nothing is away too."""
    monkeypatch.setattr("service.log.reach.TIMEOUT_MS", 500)
    secure.suspend()
    try:
        error = await _refused(_transport(secure))
    finally:
        secure.resume()
    assert isinstance(error, UnreachableError)
    assert "no answer" in str(error)


async def test_one_of_two_is_enough(secure: Broker) -> None:
    """A broker that is away does not matter while another one answers."""
    await reach(_transport(secure, kafka=f"localhost:{free_port()},{secure.password_address}"))
