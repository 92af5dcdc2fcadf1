"""The scorecard as engineers see it at /metrics: whole counts, and the lead in seconds."""

from prometheus_client import Gauge

from service.metrics import REGISTRY
from service.report.early import Carded, Early

LEAD = Gauge(
    "erosion_scorecard_lead_seconds",
    "Time from the first warning to the survey drop: median, p10, min; below zero is too late.",
    ["survey", "of"],
    registry=REGISTRY,
)
LAG = Gauge(
    "erosion_scorecard_survey_lag_seconds",
    "Time from the experience to a usable answer: p50, p90.",
    ["survey", "of"],
    registry=REGISTRY,
)
DROPS = Gauge(
    "erosion_scorecard_drops",
    "Falls of a survey result in ninety days: warned or missed.",
    ["survey", "result"],
    registry=REGISTRY,
)
WARNINGS = Gauge(
    "erosion_scorecard_warnings",
    "Warnings of ninety days: confirmed, empty, prevented or unverifiable.",
    ["survey", "result"],
    registry=REGISTRY,
)
PEOPLE = Gauge(
    "erosion_scorecard_people_warned_early",
    "Customers in the windows of drops that we had warned of.",
    ["survey"],
    registry=REGISTRY,
)
REFUSED = Gauge(
    "erosion_scorecard_warnings_refused",
    "Warnings of ninety days that somebody called not real.",
    registry=REGISTRY,
)

CUSTOMERS = Gauge(
    "erosion_customers_week",
    "People of the last full week, by what they did: joined, left, and the rest of the page.",
    ["flow"],
    registry=REGISTRY,
)


def show(early: Early) -> None:
    """Put the figures in place of those before; what cannot be said is not there."""
    for gauge in (LEAD, LAG, DROPS, WARNINGS, PEOPLE):
        gauge.clear()
    for carded in early.surveys:
        _show(carded)
    REFUSED.set(early.refused)


def _show(carded: Carded) -> None:
    name, card = carded.event, carded.card
    leads = {"median": card.lead_median_ms, "p10": card.lead_p10_ms, "min": card.lead_min_ms}
    lags = {"p50": card.lag.p50_ms, "p90": card.lag.p90_ms} if card.lag else {}
    for gauge, lengths in ((LEAD, leads), (LAG, lags)):
        for of, length_ms in lengths.items():
            if length_ms is not None:
                gauge.labels(name, of).set(length_ms / 1000)
    DROPS.labels(name, "warned").set(card.drops.part)
    DROPS.labels(name, "missed").set(card.drops.whole - card.drops.part)
    for result, count in card.results().items():
        WARNINGS.labels(name, result).set(count)
    PEOPLE.labels(name).set(card.people)
