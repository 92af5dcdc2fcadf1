"""The error tree of the desk.

AlertsError
├── Unaddressed   the address in a row cannot be used: correct it in the configuration
└── Untold        a template cannot be used: correct it in the configuration
"""


class AlertsError(Exception):
    """Stand above every error that the desk raises on purpose."""


class Unaddressed(AlertsError):  # noqa: N818 - the name says what is wrong, "Error" would not
    """Say that a row's address cannot be used; correct the receiver or the place's address."""


class Untold(AlertsError):  # noqa: N818 - as above
    """Say that a template cannot be used, and in which of its lines where that is known."""

    def __init__(self, why: str, line: int = 0) -> None:
        """Take what is wrong, and the line of the template."""
        super().__init__(why)
        self.line = line
