"""Run one role of a service on Kafka, and say what is missing for it."""

from importlib import import_module
from typing import TYPE_CHECKING

from service.errors import ConfigurationError
from service.logs import logger

if TYPE_CHECKING:
    from service.settings import ProcessSettings

HINT = "pip install 'revenue-erosion-alerts[kafka,postgres]'"


def run_role(process: "ProcessSettings", role: str, *, clock_events: bool) -> None:
    """Run a role until a signal comes; raise ConfigurationError for one that cannot be."""
    if process.log != "kafka":
        raise ConfigurationError(
            [f"--role {role}: only a log on Kafka has roles; EROSION_LOG=kafka"]
        )
    if role == "all":
        raise ConfigurationError(
            ["EROSION_LOG: on Kafka each process has one role: --role intake, engine or desk"]
        )
    try:
        module = import_module(f"service.roles.{role}")
    except ModuleNotFoundError as error:
        raise ConfigurationError([f"EROSION_LOG: {error.name} is not installed; {HINT}"]) from None

    def ready(port: int) -> None:
        address = f"http://{process.address[0]}:{port}"
        logger().info("listening", role=role, address=address)

    more = {"clock_events": clock_events} if role == "intake" else {}
    module.run(process, ready, **more)
    logger().info("stopped", role=role)
