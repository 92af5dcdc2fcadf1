"""A small complete configuration that tests bend; written to a folder, changed by replacing text."""

from pathlib import Path

from service.errors import ConfigurationError
from service.settings import load

COMPANY = """\
schema: erosion/v1
company: Example
defaults: {timezone: Europe/Berlin, country: DE}
calendars:
  shop:
    open: {mon-fri: ["09:00-17:00"]}
    holidays: public
    closed: closed.csv
units:
  shop: {file: shops.csv}
sources:
  crm:
    delivers: [asked, answered, withdrawn]
journeys:
  buying:
    title: Buying
    stages: [{id: ask, title: "I ask"}]
receivers:
  desk: [{console: {}}, {email: {to: ["{unit.mail}"]}}]
"""
TOUCHPOINTS = """\
touchpoints:
  answer:
    journey: buying
    stage: ask
    title: Somebody answers
    unit: {kind: shop}
    owner: desk
    measure:
      kind: duration
      start: asked
      stop: answered
    promise: 1h open
    objective: 90% over 28d
"""
SHOPS = """\
id,name,region,subdivision,timezone,calendar,mail
a,Shop A,north,BE,,shop,a@x.example
b,Shop B,south,BY,,shop,b@x.example
c,Shop C,south,BY,Europe/Vienna,,c@x.example
"""
CLOSED = "unit,date,note\n*,2026-12-24,eve\na,2026-07-01,works\n"


def write(folder: Path, **files: str) -> Path:
    """Write the small configuration; keyword `x` replaces the file x.yaml or x.csv."""
    texts = {"company": COMPANY, "touchpoints": TOUCHPOINTS} | {
        name: text for name, text in files.items() if not name.endswith("_csv")
    }
    tables = {"shops_csv": SHOPS, "closed_csv": CLOSED} | {
        name: text for name, text in files.items() if name.endswith("_csv")
    }
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    for name, text in tables.items():
        (folder / f"{name.removesuffix('_csv')}.csv").write_text(text, "utf-8")
    return folder


def bend(text: str, old: str, new: str) -> str:
    """Replace one piece of a text that must stand in it."""
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    return text.replace(old, new)


def touchpoint(folder: Path, old: str, new: str, **files: str) -> Path:
    """Write the small configuration with one piece of the touchpoint's file replaced."""
    return write(folder, touchpoints=bend(TOUCHPOINTS, old, new), **files)


def company(folder: Path, old: str, new: str, **files: str) -> Path:
    """Write the small configuration with one piece of the company's file replaced."""
    return write(folder, company=bend(COMPANY, old, new), **files)


def problems(folder: Path) -> list[str]:
    """Return the lines with which a configuration is refused, paths cut to the file's name."""
    try:
        load(folder)
    except ConfigurationError as error:
        return [line.replace(f"{folder}/", "") for line in error.problems]
    return []
