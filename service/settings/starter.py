"""A first configuration for `erosion init`: small, complete, and meant to be changed."""

from pathlib import Path

_COMPANY = """\
# Who we are, when we are open, where events come from, and who is told.
schema: erosion/v1
company: {company}
defaults: {{timezone: Europe/Berlin, country: DE, locale: en, currency: EUR}}

calendars:
  shop:
    open: {{mon-fri: ["09:00-18:00"], sat: ["09:00-14:00"]}}
    holidays: public

units:
  shop: {{file: shops.csv}}

sources:
  crm:
    delivers: [request.made, request.answered, request.withdrawn]

receivers:
  operations: [{{console: {{}}}}]
routes: {{receiver: operations}}
"""

_JOURNEY = """\
# One journey, and the one moment in it that we promise to keep.
journeys:
  first-contact:
    title: First contact
    stages:
      - {id: ask, title: "I have a question"}

touchpoints:
  answer:
    journey: first-contact
    stage: ask
    priority: true
    title: A person answers
    unit: {kind: shop, id: unit}
    owner: operations
    measure:
      kind: duration
      start: request.made
      stop: {event: request.answered, where: "by == 'person'"}
      cancel: request.withdrawn
      clock: unit
    promise: 1h open
    objective: 90% over 28d
"""

_SHOPS = """\
id,name,region,calendar
s1,Harbour shop,north,shop
s2,Market shop,north,shop
s3,Station shop,south,shop
"""


def write_starter(folder: Path, company: str) -> list[Path]:
    """Write the files of a first configuration and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    name = '"' + company.replace("\\", "\\\\").replace('"', '\\"') + '"'
    texts = {
        "company.yaml": _COMPANY.format(company=name),
        "journey.yaml": _JOURNEY,
        "shops.csv": _SHOPS,
    }
    for file, text in texts.items():
        (folder / file).write_text(text, encoding="utf-8")
    return [folder / file for file in texts]
