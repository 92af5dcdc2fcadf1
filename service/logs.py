"""The service's own log: lines for people or JSON for machines, always on stderr.

Data stands only as values, never inside the sentence, so that no event can forge a line.
"""

import sys

import structlog


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
    return logger()


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
