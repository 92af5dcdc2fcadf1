"""Turn a message into Slack's blocks: data as plain text, and no markup but our own.

Plain text objects know neither mentions nor links, so that is where all data go; what Slack reads
as markup is escaped all the same, because the text beside the blocks is parsed.  A button carries
the delivery key of its row and nothing else, so a tap that somebody invents names no alert.
"""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    InteractiveElement,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from alerts import words
from alerts.clean import ELLIPSIS, clean
from alerts.notice import Why
from alerts.outbox import OutboxRow, Sheet
from alerts.signal import Level
from alerts.tongues import tongue_of

HEADER_CHARACTERS_MAX = 150
SECTION_CHARACTERS_MAX = 3_000
SECTIONS_MAX = 40
LINE_CHARACTERS_MAX = 700
LINK_CHARACTERS_MAX = 500
LABEL_CHARACTERS_MAX = 60
LINKS_MAX = 5
_ESCAPES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))
_MARKS = {Level.CRITICAL: "🔴", Level.WARNING: "🟠", Level.WATCH: "⚪"}
_OVER = frozenset({Why.RESOLVED, Why.PASSED, Why.WITHDRAWN})


def shown(sheet: Sheet) -> list[Block]:
    """Return the first line as a header and the lines under it."""
    mark = "🟢 " if sheet.why in _OVER else f"{_MARKS[sheet.level]} "
    # A page is a walk through people's lives; nothing in it is called good or bad.
    mark = "" if sheet.why is Why.DIGEST else mark
    return [
        HeaderBlock(text=_plain(f"{mark}{sheet.subject}", HEADER_CHARACTERS_MAX)),
        *said(sheet),
    ]


def said(sheet: Sheet) -> list[Block]:
    """Return the lines alone, in as many sections as they need."""
    pages: list[str] = []
    for line in (escaped(line, LINE_CHARACTERS_MAX) for line in sheet.lines):
        longer = f"{pages[-1]}\n{line}" if pages else line
        if pages and len(longer) <= SECTION_CHARACTERS_MAX:
            pages[-1] = longer
        elif line:
            pages.append(line)
    return [
        SectionBlock(text=PlainTextObject(text=page, emoji=False)) for page in pages[:SECTIONS_MAX]
    ]


def links(sheet: Sheet) -> list[Block]:
    """Return the links as one line, for a message that can have no buttons."""
    labelled = [_link(label, address) for label, address in _safe(sheet.links)]
    if not labelled:
        return []
    text = MarkdownTextObject(text="  ".join(labelled), verbatim=True)
    return [ContextBlock(elements=[text])]


def buttons(row: OutboxRow) -> list[Block]:
    """Return the answers that a reader may give, then the links, as buttons."""
    elements: list[InteractiveElement] = [
        ButtonElement(
            text=PlainTextObject(text=text, emoji=False),
            action_id=action,
            value=row.key,
            style="primary" if action == "take" else None,
        )
        for action, text in words.answers(tongue_of(row.locale), row.actions)
    ]
    elements += [
        ButtonElement(
            text=_plain(label, LABEL_CHARACTERS_MAX), action_id=f"link-{place}", url=address
        )
        for place, (label, address) in enumerate(_safe(row.sheet.links))
    ]
    return [ActionsBlock(elements=elements)] if elements else []


def escaped(text: str, characters_max: int) -> str:
    """Return clean text in which nothing is a mention, a link or an entity of its own."""
    line = clean(text, characters_max)
    for character, entity in _ESCAPES:
        line = line.replace(character, entity)
    return _cut(line, characters_max)


def _plain(text: str, characters_max: int) -> PlainTextObject:
    return PlainTextObject(text=escaped(text, characters_max), emoji=False)


def _cut(text: str, characters_max: int) -> str:
    """Cut escaped text without leaving half an entity behind."""
    if len(text) <= characters_max:
        return text
    kept = text[: characters_max - 1]
    start = kept.rfind("&")
    if start > kept.rfind(";"):
        kept = kept[:start]
    return kept + ELLIPSIS


def _safe(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(label, address) for label, address in pairs if _is_safe(address)][:LINKS_MAX]


def _link(label: str, address: str) -> str:
    target = address.replace("&", "&amp;")
    return f"<{target}|{escaped(label, LABEL_CHARACTERS_MAX).replace('|', ' ')}>"


def _is_safe(address: str) -> bool:
    whole = address == clean(address, LINK_CHARACTERS_MAX) and not set(address) & set("<>| \"'")
    return whole and address.startswith(("https://", "http://"))
