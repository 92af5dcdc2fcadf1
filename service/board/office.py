"""The desk as people reach it: what stands, who waits, and answers, silences, links written down.

Pages, the HTTP interface, Slack's buttons and the links of mails all come here, so that each of
them leaves the same rows behind.  Nothing is decided here: that is the desk's, in its next turn.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from alerts.action import Kind
from alerts.alert import Alert
from alerts.book import Book
from alerts.clean import clean
from alerts.directory import Directory
from alerts.inhibition import Standing
from alerts.scene import scene_of
from alerts.silence import Silence, matches, problem_of
from alerts.tongue import ENGLISH, Tongue
from service.board.shapes import SilenceIn
from service.errors import BusyError, ErosionError, NotFoundError
from service.store.lookup import Lookup
from service.store.requests import By, ask, put_silence, tell, use
from service.store.transaction import Transaction

T = TypeVar("T")
SILENCES_MAX = 100
_ANSWERED_MAX = 50


class Office:
    """Look things up, and write down what people want."""

    def __init__(
        self,
        call: Callable[[Callable[[Transaction], object]], object],
        lookup: Lookup,
        directory: Callable[[], Directory | None],
        now: Callable[[], int],
    ) -> None:
        """Take a way to write durably, what reads, the world as it is now, and a clock."""
        self._call = call
        self.lookup = lookup
        self._directory = directory
        self.now = now

    @property
    def directory(self) -> Directory | None:
        """Return the world as the configuration in force describes it."""
        return self._directory()

    @property
    def tongue(self) -> Tongue:
        """Return the language of the company."""
        return self.directory.tongue if self.directory else ENGLISH

    def alert(self, beginning: str) -> Alert:
        """Return the alert whose id begins so; raise NotFoundError."""
        found = self.lookup.alert(beginning)
        if found is None:
            raise NotFoundError("no such alert", "list them with: erosion alerts --all")
        return found

    def stale(self) -> set[str]:
        """Return the open alerts of which nobody knows how they stand, for a feed is silent."""
        directory, alerts = self.directory, self.lookup.alerts()
        if directory is None:
            return set()
        standing = Standing(Book(alerts), directory)
        return {a.id for a in alerts if a.is_open and standing.silent_feed(a) is not None}

    def answer(self, beginning: str, kind: Kind, who: str, via: str, note: str = "") -> int:
        """Keep an answer durably and return its number; raise NotFoundError."""
        alert, by = self.alert(beginning), By(clean(who), clean(via), self.now())
        return self.write(lambda work: ask(work, by, alert.id, kind, clean(note)))

    def answer_delivery(self, key: str, kind: Kind, who: str, via: str) -> int:
        """Keep an answer to every alert of a message, and return how many those are."""
        return self.write(self._answering(key, kind, By(clean(who), via, self.now())))

    def use_link(self, token: str, key: str, kind: Kind, who: str) -> bool:
        """Answer by a link, once; tell whether it had not been used."""
        by = By(clean(who), "mail", self.now())
        digest, answer = hashlib.sha256(token.encode()).hexdigest(), self._answering(key, kind, by)

        def work(transaction: Transaction) -> bool:
            is_fresh = use(transaction, digest, by.at)
            if is_fresh:
                answer(transaction)
            return is_fresh

        return self.write(work)

    def silence(self, silence: Silence, who: str, via: str) -> None:
        """Put a drafted silence into force, durably; raise BusyError if there are too many."""
        by = By(clean(who), via, self.now())
        if len(self.lookup.silences(by.at)) >= SILENCES_MAX:
            raise BusyError(
                f"there are {SILENCES_MAX} silences already", "end one: erosion unsilence"
            )
        self.write(lambda work: put_silence(work, by, silence, "silence"))

    def drafted(self, wanted: SilenceIn, who: str) -> Silence:
        """Return the silence that is wanted; raise an error if it may not be."""
        now = self.now()
        ends = now + wanted.minutes * 60_000
        name = hashlib.sha256(json.dumps([sorted(wanted.match.items()), who, now]).encode())
        match = dict(sorted(wanted.match.items()))
        silence = Silence(name.hexdigest()[:8], match, clean(wanted.why), clean(who), now, ends)
        problem = problem_of(silence)
        if problem:
            raise ErosionError(problem, "see: erosion silence --help")
        return silence

    def unsilence(self, name: str, who: str, via: str) -> None:
        """End a silence now, durably; raise NotFoundError."""
        by = By(clean(who), via, self.now())
        found = [one for one in self.lookup.silences(by.at) if one.id == name]
        if not found:
            raise NotFoundError("no such silence", "list them with: erosion silences")
        ended = replace(found[0], ends=max(by.at, found[0].begins + 1))
        self.write(lambda work: put_silence(work, by, ended, "unsilence"))

    def muted_by(self, silence: Silence) -> Sequence[Alert]:
        """Return the open alerts that a silence matches."""
        directory = self.directory
        if directory is None:
            return ()
        return [
            alert
            for alert in self.lookup.alerts()
            if matches(silence.match, scene_of(alert, directory).facts(alert))
        ]

    def tell(self, touchpoint: str, case: str, who: str, via: str) -> None:
        """Note that a customer knows; raise NotFoundError if nobody of this name waits."""
        if not self.lookup.waits(touchpoint, case):
            raise NotFoundError("nobody waits there under this name", "see: erosion waiting")
        by = By(clean(who), via, self.now())
        self.write(lambda work: tell(work, by, touchpoint, case))

    def write(self, work: Callable[[Transaction], T]) -> T:
        """Run work in a transaction, and return what it returned once that is durable."""
        done: list[T] = []
        self._call(lambda transaction: done.append(work(transaction)))
        return done[-1]

    def _answering(self, key: str, kind: Kind, by: By) -> Callable[[Transaction], int]:
        """Return what keeps an answer to every alert of a message, and counts them."""
        alerts = self.lookup.alerts_of(key)[:_ANSWERED_MAX]

        def work(transaction: Transaction) -> int:
            for alert in alerts:
                ask(transaction, by, alert, kind, "")
            return len(alerts)

        return work
