"""The types of content that the door reads, told apart by their names."""

from enum import Enum

STRUCTURED = ("application/cloudevents+json", "application/cloudevents-batch+json")
LINES = ("application/x-ndjson", "application/jsonl", "application/x-jsonlines")
TABLE = "text/csv"
READ = ("application/json", *STRUCTURED, LINES[0], TABLE)
_UNICODE = ("", "utf-8", "utf8", "us-ascii")


class Media(Enum):
    """Say how a body is to be read."""

    JSON = "one document"
    LINES = "lines of documents"
    TABLE = "rows of a table"


def media(content_type: str) -> Media | None:
    """Return how a body of this type is read, None if we cannot; no type means JSON."""
    kind, charset = _parts(content_type)
    if charset not in _UNICODE:
        return None
    if kind in LINES:
        return Media.LINES
    if kind == TABLE:
        return Media.TABLE
    return Media.JSON if not kind or kind in READ else None


def is_json(content_type: str) -> bool:
    """Tell whether data of this type is JSON."""
    kind, charset = _parts(content_type)
    return charset in _UNICODE and (
        kind in ("application/json", "text/json") or kind.endswith("+json")
    )


def is_structured(content_type: str) -> bool:
    """Tell whether the body holds the attributes, so that headers do not."""
    return _parts(content_type)[0] in STRUCTURED


def _parts(content_type: str) -> tuple[str, str]:
    kind, *parameters = content_type.lower().split(";")
    named = (parameter.partition("=") for parameter in parameters)
    charset = next((value for name, _, value in named if name.strip() == "charset"), "")
    return kind.strip(), charset.strip(' "')
