"""What deploy/README.md tells people to type, for those who try whether it works.

A rehearsal with lines of its own was rejected: it proves a way that nobody goes.
"""

import re

from tests.deploy.lint import DEPLOY


def commands(section: str) -> list[str]:
    """Return the blocks of shell of one section."""
    text = (DEPLOY / "README.md").read_text().split(f"\n## {section}\n")[1].split("\n## ")[0]
    return re.findall(r"```sh\n(.*?)```", text, re.DOTALL)


def say(claim: str, value: object) -> None:
    """Print one claim with what was measured."""
    print(f"{claim}: {value}", flush=True)
