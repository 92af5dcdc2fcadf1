"""The whole configuration: every key that may stand at the top of a file.

Only what is built has a key.  A key that the service would read and then ignore is worse than a
refusal, because somebody would rely on it.
"""

from typing import Annotated, Literal

from pydantic import Field

from service.settings.block import Block, Name, Text
from service.settings.customers import Customers
from service.settings.delivery import Root
from service.settings.digest import Digest
from service.settings.exclusion import Exclusion
from service.settings.feedback import Feedback
from service.settings.length import UNIT_MS, Elapsed
from service.settings.opening import Calendar
from service.settings.reach import Reach
from service.settings.source import Source
from service.settings.stock import Stock
from service.settings.survey import Survey
from service.settings.telling import Acknowledge, Mute, ProofOfLife, Step
from service.settings.touchpoint import Journey, Touchpoint
from service.settings.value import Value


class Defaults(Block):
    """State what holds where a unit's row says nothing."""

    timezone: Text
    country: str = ""
    locale: Text = "en"
    currency: str = ""


class TableFile(Block):
    """Name a CSV file, relative to the configuration folder."""

    file: Text


class Privacy(Block):
    """State how a customer's identifier is made unreadable at intake."""

    customer: Literal["hmac"]


class Retain(Block):
    """State for how long things are kept; none of it is the engine's, so it is in no plan."""

    log: Elapsed = 90 * UNIT_MS["d"]
    outcomes: Elapsed = 400 * UNIT_MS["d"]
    quarantine: Elapsed = 30 * UNIT_MS["d"]
    customers: Elapsed = 1100 * UNIT_MS["d"]


class Wording(Block):
    """State a company's own words; what is left out is said in the built-in ones."""

    headline: Text | None = None
    body: Text | None = None


News = Literal["all", "alarm", "better", "over", "withdrawn", "answered"]


class Configuration(Block):
    """Hold everything that people wrote, checked for its shape only."""

    schema_: Literal["erosion/v1"] = Field(alias="schema")
    company: Text
    defaults: Defaults
    calendars: dict[Name, Calendar] = Field(default_factory=dict)
    units: dict[Name, TableFile]
    regions: TableFile | None = None
    sources: dict[Name, Source]
    stocks: dict[Name, Stock] = Field(default_factory=dict)
    journeys: dict[Name, Journey]
    touchpoints: dict[Name, Touchpoint]
    shards: Annotated[tuple[Name, ...], Field(min_length=1)] = ("main",)
    receivers: dict[Text, Annotated[tuple[Reach, ...], Field(min_length=1)]]
    routes: Root = Root()
    escalation: tuple[Step, ...] = ()
    acknowledge: Acknowledge | None = None
    mutes: tuple[Mute, ...] = ()
    heartbeat: ProofOfLife | None = None
    digest: Digest | None = None
    note: Text | None = None
    exclusions: tuple[Exclusion, ...] = ()
    customers: Customers | None = None
    surveys: tuple[Survey, ...] = ()
    feedback: Feedback | None = None
    value: Value | None = None
    templates: dict[News, Wording] = Field(default_factory=dict)
    retain: Retain = Retain()
    privacy: Privacy | None = None
