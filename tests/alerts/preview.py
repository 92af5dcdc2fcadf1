"""Write the sample mails as pages to look at: `make mail-preview`, then any browser.

With Chromium there, pictures at 600 and 375 pixels are taken too.  Nobody here can see what the
Word engine of Outlook makes of a mail; the tables in the page are for it.
"""

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from alerts.channels.email import Email, Relay, Tls
from alerts.channels.email_look import html
from alerts.message import Message
from alerts.outbox import OutboxRow
from tests.alerts.samples import LONG, OPENED, RESOLVED, for_channel
from tests.alerts.stories import MESSAGES
from tests.weekly.pages import shown

WIDTHS = (600, 375)
SHOWN = ("share_region_critical", "waiting_calls_in", "resolved_some_still_waiting", "opening")
FRAME = (
    '<!doctype html><body style="margin:0"><iframe src="{name}" '
    'style="border:0;width:{width}px;height:900px"></iframe></body>'
)


def mails() -> dict[str, str]:
    """Return the HTML part of each sample."""
    relay = Relay("localhost", 25, Tls.NONE, "alerts@aurora.example")
    channel = Email(relay, lambda row, action: f"https://erosion.example/answer/{action}.{row.key}")
    samples = {
        "opened": OPENED,
        "resolved": RESOLVED,
        "long": LONG,
        "bare": replace(RESOLVED, lines=()),
        **{
            f"{locale}-{name}": in_words_of(name, MESSAGES[locale][name], locale)
            for locale in MESSAGES
            for name in SHOWN
        },
    }
    return {
        name: html(found := for_channel(row, "email"), found.subject, channel._answers(found))
        for name, row in samples.items()
    }


def in_words_of(name: str, message: Message, locale: str) -> OutboxRow:
    """Return a row that says a story in a language."""
    row = RESOLVED if name.startswith("resolved") else OPENED
    said = replace(row, subject=message.headline, lines=message.lines, links=message.links)
    return replace(said, text=message.text, locale=locale)


def main(folder: Path) -> None:
    """Write pages, and pictures where there is a browser."""
    folder.mkdir(parents=True, exist_ok=True)
    browser = shutil.which("chromium")
    for name, page in (mails() | shown()).items():
        path = folder / f"{name}.html"
        path.write_text(page, "utf-8")
        print(path)
        for width in WIDTHS if browser else ():
            _picture(str(browser), folder, name, width)


def _picture(browser: str, folder: Path, name: str, width: int) -> None:
    """Take a picture; in a frame, since a window of a browser has a least width."""
    frame = folder / f"{name}-{width}-frame.html"
    frame.write_text(FRAME.format(name=f"{name}.html", width=width), "utf-8")
    picture = folder / f"{name}-{width}.png"
    line = [
        browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
        f"--window-size={width},900", f"--screenshot={picture}", frame.resolve().as_uri(),
    ]  # fmt: skip
    subprocess.run(line, check=True, capture_output=True, timeout=60)
    print(picture)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/mail"))
