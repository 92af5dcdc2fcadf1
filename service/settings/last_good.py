"""The last configuration that was in force, kept beside the data.

A service that is restarted with a broken file starts on this one, and says so loudly.  The files
themselves are kept, not what was compiled of them, so that a newer version reads them anew; one
archive, because it can be replaced in one step.
"""

import io
import os
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

from service.errors import ConfigurationError
from service.settings.loading import load
from service.settings.settings import Settings

NAME = "last-good.tar"


def keep(settings: Settings, data: Path) -> None:
    """Write the files of a configuration beside the data: whole, or not at all."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        for file in dict.fromkeys(settings.files):
            archive.add(file, arcname=os.path.relpath(file, settings.root), recursive=False)
    new = data / f"{NAME}.new"
    with new.open("wb") as stream:
        stream.write(raw.getvalue())
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(data / NAME)


def load_or_last_good(path: Path, data: Path) -> tuple[Settings, ConfigurationError | None]:
    """Return the configuration, or the last good one with what is wrong with the other.

    Raise ConfigurationError where there is no last good one.
    """
    try:
        return load(path), None
    except ConfigurationError as error:
        archive = data / NAME
        if not archive.is_file():
            raise
        with TemporaryDirectory(prefix="erosion-last-good-") as folder:
            with tarfile.open(archive) as kept:
                kept.extractall(folder, filter="data")
            return load(Path(folder)), error
