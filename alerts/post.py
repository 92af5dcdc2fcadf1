"""From news to rows of the outbox: who is reached by what, in which conversation, in which words."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from alerts.alert import Alert, State
from alerts.book import Book
from alerts.directory import Directory, Reach
from alerts.letter import Bundle, Letter, can_edit, reach_id, together
from alerts.lines import Want
from alerts.message import compose
from alerts.notice import EDITS, Notice, Why, delivery_key
from alerts.outbox import OutboxRow, Sheet
from alerts.route import OPERATIONS, Receiver, Undeliverable, fill, look_up
from alerts.scene import scene_of
from alerts.sitting import Sitting
from alerts.story import Story, merge, story_of
from alerts.wording import Worded, worded

TAKE, REFUSE = "take", "refuse"


class Post:
    """Write the messages of one decision."""

    def __init__(self, directory: Directory, book: Book, sitting: Sitting, now: int) -> None:
        """Take the world, what was known before, and what is decided so far."""
        self._directory = directory
        self._book = book
        self._sitting = sitting
        self._now = now
        self.undeliverable: list[Undeliverable] = []

    def rows(self, wants: Iterable[Want]) -> tuple[OutboxRow, ...]:
        """Return the messages in which these news are told, and record who was told."""
        wants = tuple(wants)
        letters = [letter for want in wants for letter in self._letters(want)]
        counts = {(w.alert.id, w.receiver): self._count(w) for w in wants}
        drafts = [(bundle, self._key(bundle, counts)) for bundle in together(letters)]
        threads = self._threads(drafts)
        for want in wants:
            mine = threads.get((want.alert.id, want.receiver))
            if mine is not None or want.why not in EDITS:
                self._sitting.told(want, {**self._before(want), **(mine or {})})
        return tuple(self._row(bundle, key) for bundle, key in drafts)

    def _letters(self, want: Want) -> Iterator[Letter]:
        alert = self._sitting.alerts[want.alert.id]
        notice = Notice(alert.id, alert.number, want.receiver, want.why)
        story = self._story(alert, want.why)
        before = self._before(want)
        for receiver, reach in self._reached(notice, want):
            if want.why in EDITS and not can_edit(reach):
                continue
            thread = before.get(reach_id(reach), "")
            yield Letter(notice, story, receiver, reach, want.group, thread, want.was_held)

    def _story(self, alert: Alert, why: Why) -> Story:
        scene = scene_of(alert, self._directory)
        story = story_of(alert, why, scene, self._directory)
        taken = alert.handling.taken if alert.handling.has_it(self._now) else None
        call = None if taken else self._sitting.next_call(alert)
        told = replace(story, call=call, taken_at=taken.at if taken else None)
        return replace(told, is_stale=self._sitting.is_stale(alert))

    def _reached(self, notice: Notice, want: Want) -> tuple[tuple[str, Reach], ...]:
        receiver = look_up(notice.receiver, self._directory)
        found = tuple(self._filled(receiver, notice, want))
        if not found and receiver.name != OPERATIONS:
            receiver = look_up(OPERATIONS, self._directory)
            found = tuple(self._filled(receiver, notice, want))
        # Even the fallback may be badly addressed; the console needs no address.
        return tuple((receiver.name, reach) for reach in found or (Reach("console"),))

    def _filled(self, receiver: Receiver, notice: Notice, want: Want) -> Iterator[Reach]:
        for reach in receiver.reaches:
            filled, missing = fill(reach, want.scene)
            yield from filled
            self.undeliverable.extend(
                Undeliverable(
                    notice.alert, notice.number, receiver.name, reach.channel, template, reason
                )
                for template, reason in missing
            )

    def _count(self, want: Want) -> int:
        told = want.alert.handling.told.get(want.receiver)
        return (told.count if told else 0) + 1

    def _before(self, want: Want) -> dict[str, str]:
        told = want.alert.handling.told.get(want.receiver)
        return dict(told.threads) if told else {}

    def _key(self, bundle: Bundle, counts: dict[tuple[str, str], int]) -> str:
        first = bundle.letters[0]
        # A timer's news has the number of the last transition, so the count tells them apart.
        count = max(
            counts[letter.notice.alert, letter.notice.receiver] for letter in bundle.letters
        )
        return delivery_key(
            _about(bundle),
            first.receiver,
            first.reach.channel,
            first.reach.settings,
            kind=bundle.why,
            count=count,
        )

    def _threads(self, drafts: list[tuple[Bundle, str]]) -> dict[tuple[str, str], dict[str, str]]:
        """Return by alert and receiver the conversations that go on, or begin with a message."""
        found: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        for bundle, key in drafts:
            for letter in bundle.letters:
                place = (letter.notice.alert, letter.notice.receiver)
                found[place][reach_id(letter.reach)] = letter.thread or key
        return found

    def _row(self, bundle: Bundle, key: str) -> OutboxRow:
        first = bundle.letters[0]
        story = replace(merge([letter.story for letter in bundle.letters]), why=bundle.why)
        found = self._worded(story)
        message = found.message
        thread = first.thread or key
        mine = [self._alert(letter.notice.alert) for letter in bundle.letters]
        whole = self._in_thread(thread, mine) if can_edit(first.reach) else mine
        return OutboxRow(
            key=key,
            alerts=_about(bundle),
            receiver=first.receiver,
            channel=first.reach.channel,
            settings=first.reach.settings,
            level=story.level,
            why=bundle.why,
            subject=message.headline,
            lines=message.lines,
            links=message.links,
            text=message.text,
            created_at=self._now,
            thread=thread,
            standing=self._sheet(whole) if can_edit(first.reach) else None,
            actions=self._actions(whole),
            locale=story.tongue.locale,
            fell_back=found.fell_back,
        )

    def _worded(self, story: Story) -> Worded:
        ours, own = compose(story, self._now), self._directory
        return worded(ours, story, own.company, own.wordings, self._now)

    def _alert(self, name: str) -> Alert:
        return self._sitting.alerts[name]

    def _in_thread(self, thread: str, mine: list[Alert]) -> list[Alert]:
        known = {alert.id: alert for alert in (*self._book.in_thread(thread), *mine)}
        return [self._sitting.alerts.get(name, alert) for name, alert in known.items()]

    def _sheet(self, alerts: list[Alert]) -> Sheet:
        """Return how a conversation stands: what still stands in it, else how it ended."""
        standing = [alert for alert in alerts if alert.is_open] or alerts
        whys = [(alert, _WHY[alert.state]) for alert in standing]
        loudest = Why.FIRST if any(why is Why.FIRST for _, why in whys) else whys[0][1]
        story = replace(merge([self._story(alert, why) for alert, why in whys]), why=loudest)
        message = self._worded(story).message
        return Sheet(story.level, loudest, message.headline, message.lines, message.links)

    def _actions(self, alerts: list[Alert]) -> tuple[str, ...]:
        standing = [alert for alert in alerts if alert.is_open and not alert.handling.refused]
        if not standing:
            return ()
        free = any(not alert.handling.has_it(self._now) for alert in standing)
        return (TAKE, REFUSE) if free else (REFUSE,)


_WHY = {
    State.FIRING: Why.FIRST,
    State.IMPROVING: Why.IMPROVING,
    State.RESOLVED: Why.RESOLVED,
    State.WITHDRAWN: Why.WITHDRAWN,
}


def _about(bundle: Bundle) -> tuple[tuple[str, int], ...]:
    pairs = ((letter.notice.alert, letter.notice.number) for letter in bundle.letters)
    return tuple(dict.fromkeys(pairs))
