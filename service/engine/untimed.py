"""A rule that time alone does not move: nobody stops waiting, and nothing is evidence, by the clock."""

from collections.abc import Sequence

from service.engine.scored import Step


class Untimed:
    """Be moved by cases only."""

    def advance(self, until: int) -> Sequence[Step]:
        """Do nothing: only cases change what is counted."""
        return ()

    def next_edge(self) -> int | None:
        """Return None: nothing happens by itself."""
        return None
