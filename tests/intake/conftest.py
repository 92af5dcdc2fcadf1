"""The small world's decoder, and one whose sources speak in rows."""

from pathlib import Path

import pytest

from service.intake.decode import Decoder
from tests.intake.doors import Door
from tests.worlds import KEY, plan_of

MAP = {
    "id": "no",
    "time": "at",
    "type": {"const": "call"},
    "unit": "shop.id",
    "customer": "who",
    "recorded": "seen",
    "data.seconds": "s",
}


def rows(folder: Path, **keys: str) -> Decoder:
    """Return a decoder whose source `phone` sends rows, with more keys at the source."""
    source = {"format": "json", "map": MAP, **keys}
    return Decoder(plan_of(folder, sources={"phone": source}), KEY)


@pytest.fixture(scope="session")
def decoder(tmp_path_factory: pytest.TempPathFactory) -> Decoder:
    """Return the decoder of the small world."""
    return Decoder(plan_of(tmp_path_factory.mktemp("config")), KEY)


@pytest.fixture
def door(decoder: Decoder) -> Door:
    """Return a door to it."""
    return Door(decoder)


@pytest.fixture(scope="session")
def avro_decoder(tmp_path_factory: pytest.TempPathFactory) -> Decoder:
    """Return a decoder whose source `phone` sends Avro."""
    source = {"format": "avro", "map": MAP, "kafka": {"topic": "calls"}}
    return Decoder(plan_of(tmp_path_factory.mktemp("avro"), sources={"phone": source}), KEY)
