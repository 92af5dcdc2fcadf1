"""Try the way to the brokers, and say what to do where it is closed.

aiokafka tries again for ever and keeps the cause in its own log: a wrong authority, a wrong name
and a wrong password all end as "unable to bootstrap".  So before any client is made the way is
tried once by hand, and what went wrong is told apart, then and later: what a person must change is a
RefusedError, a broker that is away an UnreachableError.  To read the cause out of aiokafka's log was
rejected: its words change.
"""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from aiokafka.conn import create_conn
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    IllegalSaslStateError,
    KafkaConnectionError,
    KafkaError,
    MessageSizeTooLargeError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnsupportedSaslMechanismError,
)
from aiokafka.protocol.metadata import MetadataRequest

from service.errors import ConfigurationError, ErosionError, RefusedError, UnreachableError
from service.transport import PASSWORD, Transport, is_loopback, refused_words

TIMEOUT_MS = 10_000
RIGHTS = "`erosion topics --acls` prints what each role must be allowed to do"
_FORBIDDEN = (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    TopicAuthorizationFailedError,
)
LAST_S, LOOK_S = 5.0, 0.1
# OpenSSL's numbers for a certificate that is for another name, or another address.
_OTHER_NAME = (62, 64)


async def reach(transport: Transport) -> None:
    """Return once one broker lets us in; raise with what the last one said if none does."""
    failed: list[ErosionError] = []
    for (host, port), server in zip(transport.addresses, transport.servers, strict=True):
        try:
            await _enter(transport, host, port)
        except (TimeoutError, KafkaError, OSError) as error:
            failed.append(_explained(error, transport, server))
        else:
            return
    raise next((one for one in failed if isinstance(one, RefusedError)), failed[-1])


@contextmanager
def told() -> Iterator[None]:
    """Turn what the client library raises into our own error, whose cause it stays."""
    try:
        yield
    except _FORBIDDEN as error:
        raise RefusedError(f"Kafka refused it: {_named(error)}", RIGHTS) from error
    except MessageSizeTooLargeError as error:
        hint = "its max.message.bytes is too small: `erosion topics` says what it must be"
        raise RefusedError(f"a topic takes no message so large: {_named(error)}", hint) from error
    except (KafkaError, TimeoutError) as error:
        hint = "it is tried again by itself; look at the brokers if it lasts"
        raise UnreachableError(f"Kafka: {_named(error)}", hint) from error


async def let_go(consumer: Any) -> None:
    """Stop a consumer; that it cancels its own tasks must not pass for the cancelling of ours.

    One of them that rests between two tries ends the client's `stop` so, in the middle: whoever called
    it would end in silence, and the line would stay open.
    """
    try:
        await consumer.stop()
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        await consumer._client.close()  # noqa: SLF001 - nobody else closes it then


async def let_go_of_sender(producer: Any) -> None:
    """Stop a producer; what it could not send within a moment is let go of with it.

    An idempotent one sends a batch again for ever, and its own `stop` waits for that: cut short, it
    would leave its task and its lines behind.  Whoever still waits for an answer gives up by itself.
    """
    with suppress(TimeoutError):
        await asyncio.wait_for(producer.flush(), LAST_S)
    await _cut(producer.client, producer._sender.sender_task)  # noqa: SLF001 - nobody else does
    producer._message_accumulator._batches.clear()  # noqa: SLF001 - `stop` would wait for them
    await producer.stop()


async def _cut(client: Any, task: "asyncio.Task[None] | None") -> None:
    """End what sends: its lines first, for it waits for what is under way."""
    if task is None:
        return
    task.cancel()
    while not task.done():
        await client.close()  # again, since a line may just have been opened
        # What was under way waits for news of the brokers next, for which nobody asks any more.
        if (news := client._md_update_fut) is not None and not news.done():  # noqa: SLF001
            news.set_result(False)
        await asyncio.wait({task}, timeout=LOOK_S)


async def _enter(transport: Transport, host: str, port: int) -> None:
    given = transport.client()
    given.pop("bootstrap_servers")
    connection = await create_conn(host, port, request_timeout_ms=TIMEOUT_MS, **given)
    try:
        if transport.stays_here:
            _keep_here(await connection.send(MetadataRequest([])))
    finally:
        await connection.close()


def _keep_here(answer: Any) -> None:
    """Refuse brokers that call themselves by another machine's name: every client goes there next."""
    for _, host, *_ in answer.brokers:
        if not is_loopback(host):
            raise ConfigurationError([refused_words(host)])


def _explained(error: Exception, transport: Transport, server: str) -> ErosionError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _about_certificate(error, server)
    if isinstance(error, SaslAuthenticationFailed):
        hint = f"look at EROSION_KAFKA_USER ({transport.user}), EROSION_KAFKA_SASL and the secret {PASSWORD}"
        return RefusedError(f"{server} refused the user or the password", hint)
    if isinstance(error, UnsupportedSaslMechanismError | IllegalSaslStateError):
        hint = "set EROSION_KAFKA_SASL, or EROSION_KAFKA_SECURITY, as this listener of the broker wants it"
        return RefusedError(f"{server} does not take {transport.mechanism}", hint)
    if isinstance(error, ssl.SSLError):
        hint = "is it a listener with TLS, does it speak 1.2 or newer, and does it ask for EROSION_KAFKA_CERT?"
        return RefusedError(f"{server} and we did not come to terms on TLS: {error.reason}", hint)
    if isinstance(error, KafkaConnectionError | ConnectionResetError):
        return _about_hanging_up(transport, server)
    hint = "does it run, and is EROSION_KAFKA its address?"
    return UnreachableError(f"no answer from {server}: {_words(error)}", hint)


def _about_certificate(error: ssl.SSLCertVerificationError, server: str) -> ErosionError:
    message = f"the certificate of {server} is not trusted: {error.verify_message}"
    if error.verify_code in _OTHER_NAME:
        return RefusedError(
            message, "call the broker in EROSION_KAFKA by a name that stands in its certificate"
        )
    return RefusedError(
        message, "set EROSION_KAFKA_CA to the authority that signed it, or renew the certificate"
    )


def _about_hanging_up(transport: Transport, server: str) -> ErosionError:
    """Say why a broker takes a connection and hangs up: most often it wants another protocol."""
    if transport.security == "plaintext":
        hint = "if it is a listener with TLS, set EROSION_KAFKA_SECURITY to tls or sasl"
    elif transport.cert is None:
        hint = "is it a listener with TLS? If it asks for a certificate, set EROSION_KAFKA_CERT"
    else:
        hint = "is our certificate signed by an authority that the broker trusts?"
    return UnreachableError(f"{server} hung up", hint)


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
