"""The service's own log: lines for people or JSON for machines, always on stderr.

Data stands only as values, never inside the sentence, so that no event can forge a line.
"""

import sys

import structlog


def logger() -> structlog.typing.FilteringBoundLogger:
    """Return the logger, in the style for people where nobody has set one up."""
    if not structlog.is_configured():
        return configure("console")
    found: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return found


def configure(style: str) -> structlog.typing.FilteringBoundLogger:
    """Set the style up, `console` or `json`, and return a logger."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return logger
