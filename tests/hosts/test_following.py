"""A process that begins waits for brokers that are away, and for a plan, as an engine does."""

from pathlib import Path

import pytest

from service.engine.fold import SEMANTICS
from service.errors import NotFoundError, UnreachableError
from service.hosts import engine_host, following
from service.log.decided import Decided, plan_record, rules_record
from service.settings import compile_settings, load
from service.transport import Transport

NOWHERE = Transport((("127.0.0.1", 1),), "p")


async def test_brokers_that_are_away_and_a_missing_plan_are_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither ends the process: both are usual when everything is started at once."""
    plan, tries = compile_settings(load(Path("tests/live/quick"))).plan, list[str]()

    async def decided(_: Transport, *topics: str) -> Decided:
        assert topics == ("p.door",)
        tries.append("asked")
        if len(tries) == 1:
            raise UnreachableError("no broker answers", "start one")
        found = Decided()
        for key, value in (rules_record(SEMANTICS), plan_record(plan)) if len(tries) > 2 else ():
            found.take(key.decode(), value)
        return found

    monkeypatch.setattr(following, "read_decided", decided)
    monkeypatch.setattr(following, "PLAN_S", 0)
    got, _ = await following.wait_for_plan(NOWHERE)
    assert got.number == plan.number
    assert len(tries) == 3


async def test_an_engine_looks_for_the_topics_that_it_uses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Faust would wait for a missing one for ever, or let a broker make it with its own settings."""
    asked: list[str] = []

    async def missing(_: Transport, *topics: str) -> Decided:
        asked.extend(topics)
        raise NotFoundError("there is no topic", "make it")

    monkeypatch.setattr(engine_host, "read_decided", missing)
    with pytest.raises(NotFoundError):
        await engine_host.wait_for_turn(NOWHERE, list)
    assert asked == ["p.log", "p-engine-checkpoint-changelog"]
