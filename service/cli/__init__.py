"""The command line: `erosion`.

Each command is a file of its own and imports what it needs when it runs, so that `--help` stays
quick.  Data goes to stdout, talk to stderr; exit codes are 0 fine, 1 error, 2 usage, 3 a threshold
is broken (02, section 5).
"""

from service.cli.main import main

__all__ = ["main"]
