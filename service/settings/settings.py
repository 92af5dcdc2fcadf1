"""The checked configuration: what people wrote, where it stands, and the tables it names."""

from dataclasses import dataclass
from pathlib import Path as File

from service.settings.configuration import Configuration
from service.settings.place import Places
from service.settings.tables import Tables


@dataclass(frozen=True, slots=True)
class Settings:
    """Hold all that `load` read; `warnings` are lines for people, nothing was refused for them.

    `files` are all that was read, `root` is the folder that they stand in.
    """

    configuration: Configuration
    places: Places
    tables: Tables
    warnings: tuple[str, ...] = ()
    root: File = File()
    files: tuple[File, ...] = ()

    def at(self, *path: str | int) -> str:
        """Return the place of the value at a path, as a problem names it."""
        return str(self.places.value(path))

    def key(self, *path: str | int) -> str:
        """Return the place of the key at a path."""
        return str(self.places.key(path))
