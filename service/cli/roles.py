"""Run a service: on one machine as one process, on Kafka as one role of it."""

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

from service.errors import ConfigurationError, StorageBrokenError
from service.logs import logger

if TYPE_CHECKING:
    from service.settings import ProcessSettings

MISSING = {"email": "EROSION_SMTP_HOST", "slack": "EROSION_SECRETS with slack_webhook_NAME"}


def run_role(process: "ProcessSettings", role: str, *, clock_events: bool) -> None:
    """Run a role until a signal comes; raise ConfigurationError for one that cannot be."""
    if process.log != "kafka":
        raise ConfigurationError(
            [f"--role {role}: only a log on Kafka has roles; EROSION_LOG=kafka"]
        )
    if role == "all":
        raise ConfigurationError(
            ["EROSION_LOG: on Kafka each process has one role: --role intake, door, engine or desk"]
        )
    module = import_module(f"service.roles.{role}")

    def ready(port: int) -> None:
        address = f"http://{process.address[0]}:{port}"
        logger().info("listening", role=role, address=address)

    more = {"clock_events": clock_events} if role == "intake" else {}
    module.run(process, ready, **more)
    logger().info("stopped", role=role)


def run_embedded(process: "ProcessSettings", *, clock_events: bool) -> None:
    """Run everything in this process until a signal comes."""
    from service.bootstrap import build

    log = logger()
    service = build(process, clock_events=clock_events)
    for problem in service.wrong.problems if service.wrong else ():
        log.error("THE CONFIGURATION IS WRONG; running on the last good one", detail=problem)
    for warning in service.compiled.warnings:
        log.warning("configuration", detail=warning)
    for channel in service.unserved:
        missing = MISSING.get(channel, "")
        log.warning(
            "no settings for a channel that receivers use", channel=channel, missing=missing
        )

    def ready(port: int) -> None:
        address = f"http://{process.address[0]}:{port}"
        log.info("listening", address=address, data=str(process.data), config=str(process.config))

    try:
        service.host.run(process.address, ready)
    except StorageBrokenError as error:
        _leave(error)
    finally:
        service.store.close()
    log.info("stopped")


def _leave(error: StorageBrokenError) -> NoReturn:
    """End at once: closing the database would sync it again, which may succeed over a hole."""
    print(f"erosion: {error}\nwhat to do: {error.hint}", file=sys.stderr, flush=True)
    os._exit(error.exit_code)
