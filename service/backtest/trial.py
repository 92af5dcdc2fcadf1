"""One configuration on one history: the live loop and the live desk, under the events' clock.

The desk is the one of every day: its calendars, pauses, groups and silences count, so a message that
would have waited for opening time waits here too.  A second, simpler engine for history was rejected:
a figure about code that does not run in service is a figure about nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from alerts.desk import Desk
from service.backtest.episode import Episode, episodes_of
from service.backtest.filing import Ear, Filed, file_answers
from service.backtest.record import Message, Record, Said
from service.engine.plan import Plan
from service.engine.values import Event, Outcome
from service.hosts.replay import Replay
from service.rejected import Rejected
from service.settings import Compiled


@dataclass(frozen=True, slots=True)
class Trial:
    """Hold what came of a history under one configuration; `summary` counts what was read."""

    name: str
    plan: Plan
    episodes: tuple[Episode, ...]
    said: tuple[Said, ...]
    messages: tuple[Message, ...]
    undeliverable: int
    outcomes: dict[tuple[str, str], Outcome]
    filed: tuple[Filed, ...]
    begin: int
    end: int
    counts: dict[str, object]
    summary: str


def run_trial(
    name: str, compiled: Compiled, items: Iterable[Event | Rejected], until: int | None = None
) -> Trial:
    """Run a history through the loop and the desk of a configuration."""
    record, ear = Record(), Ear(survey.event for survey in compiled.surveys)
    # A proof of life says nothing of any finding, and would come every few minutes for years.
    desk = Desk(replace(compiled.directory, heartbeat=None))
    running = Replay(compiled.plan, desk=desk, ledger=record)
    running.run(ear.listen(items), until)
    return Trial(
        name=name,
        plan=compiled.plan,
        episodes=tuple(episodes_of(record, compiled.plan)),
        said=tuple(record.said),
        messages=tuple(record.messages),
        undeliverable=record.undeliverable,
        outcomes=record.outcomes,
        filed=tuple(file_answers(compiled.surveys, ear.answers(), record.outcomes, compiled.plan)),
        begin=min((row.started for row in record.outcomes.values()), default=running.engine.now),
        end=running.engine.now,
        counts=running.counts(),
        summary=running.summary(),
    )


def run_rows(
    plan: Plan, items: Iterable[Event | Rejected], until: int | None = None
) -> dict[tuple[str, str], Outcome]:
    """Return only how the cases of a history ended; nobody decides on anything."""
    record = Record()
    Replay(plan, ledger=record).run(items, until)
    return record.outcomes
