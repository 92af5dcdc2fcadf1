"""The service's own log: lines for people or JSON for machines, always on stderr.

Data stands only as values, never inside the sentence, so that no event can forge a line.  What
libraries say comes out in the same style.
"""

import logging
import sys

import structlog

# They log as errors what they then try again by themselves; what lasts, we say ourselves.
_TALKATIVE = ("aiokafka", "faust.transport.drivers.aiokafka")


def logger() -> structlog.typing.FilteringBoundLogger:
    """Return the logger; where nobody has set a style up, the one for people."""
    if structlog.is_configured():
        return structlog.get_logger()  # type: ignore[no-any-return]
    plain = structlog.PrintLogger(sys.stderr)
    return structlog.wrap_logger(plain, _processors("console"))  # type: ignore[no-any-return]


def configure(style: str) -> structlog.typing.FilteringBoundLogger:
    """Set the style up, `console` or `json`, and return a logger."""
    structlog.configure(
        processors=_processors(style),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    _take_in_libraries(style)
    return logger()


def _take_in_libraries(style: str) -> None:
    """Let what libraries say by the standard way come out in our style, from warnings on."""
    handler = logging.StreamHandler(sys.stderr)
    *before, renderer = _processors(style)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *before],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _processors(style: str) -> list[structlog.typing.Processor]:
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    return [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        renderer,
    ]
