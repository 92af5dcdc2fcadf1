"""The service's errors; each says what the operator should do.

    ErosionError                     exit code 1
    ├── ConfigurationError           a file is wrong: nothing was changed
    ├── DamagedError                 stored data cannot be trusted: restore, never start empty
    ├── BusyError                    another process owns the data folder, or a port is taken
    └── NotFoundError                the asked-for case, alert or receiver is not there

Bad *input* is no error: it becomes a Rejected value with a reason and goes to quarantine.
"""


class ErosionError(Exception):
    """Stop a command with one clear line; `hint` says what to do next."""

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep the message and the hint apart, so that each surface can show both."""
        super().__init__(message)
        self.hint = hint


class ConfigurationError(ErosionError):
    """Report everything that is wrong in the configuration; `problems` has a line each."""

    def __init__(self, problems: list[str]) -> None:
        """Keep all problems: people mend a file once, not once per mistake."""
        super().__init__("\n".join(problems), "mend the file and run `erosion check` again")
        self.problems = problems


class DamagedError(ErosionError):
    """Refuse to take damaged storage for empty storage."""


class BusyError(ErosionError):
    """Refuse to share what only one process may own."""


class NotFoundError(ErosionError):
    """Tell that what was asked for is not there."""
