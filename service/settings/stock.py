"""What is at hand: cars to drive, shelves, beds; counted by a feed and trusted for a while."""

from pydantic import Field

from service.settings.block import Block, DataField, EventField, Text
from service.settings.length import UNIT_MS, Elapsed

TRUST_MS = 6 * UNIT_MS["h"]


class Stock(Block):
    """State which event counts a stock, per what, and for how long a reading is trusted.

    An older reading is no reading: the stock is then unknown, never empty.
    """

    event: Text
    value: DataField
    per: tuple[EventField, ...] = Field(min_length=1)
    trust_for: Elapsed = TRUST_MS
