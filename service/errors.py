"""The service's errors; each says what the operator should do.

    ErosionError                     exit code 1
    ├── ConfigurationError           a file is wrong: nothing was changed
    ├── DamagedError                 78: stored data cannot be trusted: restore, never start empty
    ├── StorageFullError             no commit now, for want of room: nothing was lost, it is tried again
    ├── StorageBrokenError           74: the disk failed: end at once, begin again from the log
    ├── RefusedError                 a broker refused us, or we it: waiting does not help
    ├── UnreachableError             no broker answers now: it may, later
    ├── StoreAwayError               75: the database server is away: do the same again, later
    ├── SupersededError              77: another worker owns this shard now: this one must stop
    ├── BusyError                    another process owns the data folder, or a port is taken
    └── NotFoundError                the asked-for case, alert or receiver is not there

74, 75, 77 and 78 are the system's own numbers for a failed input or output, for "later", for a
missing right and for a bad installation, so that whoever starts the service again can tell "try once
more" from "a person must look".

Bad *input* is no error: it becomes a Rejected value with a reason and goes to quarantine.
"""

from typing import ClassVar


class ErosionError(Exception):
    """Stop a command with one clear line; `hint` says what to do next."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep the message and the hint apart, so that each surface can show both."""
        super().__init__(message)
        self.hint = hint


class ConfigurationError(ErosionError):
    """Report everything that is wrong in the configuration; `problems` has a line each."""

    def __init__(self, problems: list[str]) -> None:
        """Keep all problems: people mend a file once, not once per mistake."""
        is_outside = all(problem.startswith(("EROSION_", "--")) for problem in problems)
        mend = (
            "set it, and try again" if is_outside else "mend the file and run `erosion check` again"
        )
        super().__init__("\n".join(problems), mend)
        self.problems = problems


class DamagedError(ErosionError):
    """Refuse to take damaged storage for empty storage."""

    exit_code = 78


class StorageFullError(ErosionError):
    """Tell that a commit found no room, or a locked door, and did nothing; a later one may succeed."""


class StorageBrokenError(ErosionError):
    """Tell that the disk failed; what it holds is known only after a new start."""

    exit_code = 74


class RefusedError(ErosionError):
    """Tell that a broker refuses us or what we send, or we it; a person must change a setting."""


class UnreachableError(ErosionError):
    """Tell that nobody answered; the same settings may do later."""


class StoreAwayError(ErosionError):
    """Tell that the database server did not answer; what was asked is undone, or its end unknown.

    Whoever asked does the same again: a frame, a quarantined origin and a receipt that was kept
    after all are known again.
    """

    exit_code = 75


class SupersededError(ErosionError):
    """Stop a worker whose shard another worker has moved on; nothing of its turn was kept."""

    exit_code = 77

    def __init__(self, shard: str) -> None:
        """Name the shard."""
        hint = "another worker owns this shard now; this one must stop, and may start again"
        super().__init__(f"another owner moved the shard {shard!r}", hint)


class BusyError(ErosionError):
    """Refuse to share what only one process may own."""


class NotFoundError(ErosionError):
    """Tell that what was asked for is not there."""
