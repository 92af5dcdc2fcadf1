"""What a message may carry beside its words: a page, as data, as HTML for mail, and its pictures.

Pictures travel inside the message, because a mailbox loads nothing from elsewhere, and a picture that
is fetched tells who read the mail.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Picture:
    """Hold a picture: the name under which the HTML shows it, its words, its PNG in base64."""

    cid: str
    alt: str
    png: str


@dataclass(frozen=True, slots=True)
class Enclosure:
    """Hold a page of a week; a way that cannot show a part of it leaves that part out."""

    week: str
    data: Mapping[str, object] = field(default_factory=dict)
    html: str = ""
    pictures: tuple[Picture, ...] = ()

    def to_row(self) -> dict[str, object]:
        """Return the fields as a mapping that is ready for JSON."""
        pictures = [asdict(picture) for picture in self.pictures]
        return {
            "week": self.week,
            "data": dict(self.data),
            "html": self.html,
            "pictures": pictures,
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """Rebuild what `to_row` described."""
        pictures = tuple(Picture(**picture) for picture in row["pictures"])
        return cls(row["week"], row["data"], row["html"], pictures)
