"""What every block of the configuration has in common: frozen, strict, and no unknown key.

Strict means that nothing is quietly turned into something else: `13` where a name belongs is an
error with a hint, never the name "13".
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Text = Annotated[str, StringConstraints(min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
DataField = Annotated[str, StringConstraints(pattern=r"^data\.[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*$")]
EventField = Annotated[
    str, StringConstraints(pattern=r"^(unit|case|customer|via|data\.[A-Za-z0-9_.]+)$")
]
DATA = "data."


class Block(BaseModel):
    """Refuse unknown keys and changes; every block of the configuration is one."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def data_path(field: str) -> str:
    """Return a field without its leading `data.`, as the engine asks for it."""
    return field.removeprefix(DATA)
