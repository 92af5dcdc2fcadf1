"""A value that must not be seen: it shows three stars wherever somebody prints it.

A webhook's address is such a value, for whoever knows it can write in our name.
"""


class Secret:
    """Wrap a text so that only `reveal` shows it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Hide a text."""
        self._text = text

    def reveal(self) -> str:
        """Return the text; call it at the last moment and keep nothing."""
        return self._text

    def __repr__(self) -> str:
        """Return three stars."""
        return "***"

    def __eq__(self, other: object) -> bool:
        """Compare the hidden texts."""
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        """Hash like any other secret, so that a hash tells nothing."""
        return hash(Secret)
