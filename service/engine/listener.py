"""What is known of one source: heard up to when, last alive when, silent or not.

Two different things can be missing.  `heard` is how far our own ears reach: a tick vouches for it,
and after a restart it stays behind until the source has had the time to repeat itself.  `alive` is
the last word of the source; quiet that lasts is believed only for a while, and then it is taken
for silence (01, section 6).
"""

from service.engine.business_time import Calendar
from service.engine.plan import Source
from service.engine.usual import Usual

BEGINNING = -(2**62)
MINUTE_MS = 60_000


class Listener:
    """Listen to one source."""

    __slots__ = (
        "_limit",
        "alive",
        "blind_told",
        "calendar",
        "heard",
        "is_pull",
        "is_silent",
        "plan",
        "restarted",
        "usual",
    )

    def __init__(self, plan: Source, calendar: Calendar | None) -> None:
        """Begin with nothing heard; without a calendar the source feeds no touchpoint."""
        self.heard = BEGINNING
        self.alive: int | None = None
        self.restarted: int | None = None
        self.is_pull = self.is_silent = self.blind_told = False
        self.usual = Usual()
        self._limit: tuple[int, int, int] = (BEGINNING, 0, 0)
        self.adopt(plan, calendar)

    def adopt(self, plan: Source, calendar: Calendar | None) -> None:
        """Listen as a changed plan says."""
        self.plan = plan
        self.is_pull = self.is_pull or plan.is_pull
        self.calendar = calendar
        self._limit = (BEGINNING, 0, 0)

    @property
    def after_ms(self) -> int | None:
        """Return after how much quiet the source is silent; None while nobody can say."""
        if self.plan.silent_after_ms is not None:
            return self.plan.silent_after_ms
        return self.usual.after_ms() if self.calendar is not None else None

    @property
    def believe_ms(self) -> int | None:
        """Return for how long after its last word the source's quiet is believed."""
        if self.plan.believe_quiet_ms is not None:
            return self.plan.believe_quiet_ms
        return self.after_ms

    @property
    def judges_on_return(self) -> bool:
        """Tell whether the source vouches for a gap once it is back."""
        return self.plan.after_silence == "judge" or (
            self.is_pull and self.plan.after_silence != "unknown"
        )

    def hear(self, now: int, vouched: int | None) -> None:
        """Let our ears reach as far as a tick vouches, or for a push source as the log's time."""
        if vouched is not None:
            self.is_pull = True
            self.heard = max(self.heard, vouched)
        elif not self.is_pull:
            if self.restarted is not None and now >= self.restarted + self.plan.catch_up_ms:
                self.restarted = None
            if self.restarted is None:
                self.heard = now

    def speak(self, now: int, recorded: int) -> None:
        """Take a word of the source, an event or a heartbeat."""
        if self.alive is not None and self.restarted is None and not self.is_silent:
            gap = now - self.alive
            self.usual.note(gap if gap < MINUTE_MS else self._open(self.alive, now))
        self.alive = now
        if self.restarted is not None and recorded >= self.restarted:
            self.restarted = None

    def believed_until(self) -> int:
        """Return up to when an absence may be believed."""
        if self.alive is None or (quiet := self.believe_ms) is None:
            return -BEGINNING
        return self._reach(self.alive, quiet)

    def silent_at(self) -> int | None:
        """Return when quiet turns into silence, if nothing is heard before."""
        after = self.after_ms
        if self.is_silent or self.alive is None or after is None:
            return None
        return self._reach(max(self.alive, self.restarted or BEGINNING), after)

    def state(self) -> list[object]:
        """Return what a snapshot must know, as plain values."""
        flags = [self.is_pull, self.is_silent, self.blind_told]
        return [self.heard, self.alive, self.restarted, *flags, self.usual.state()]

    def restore(self, state: list[object]) -> None:
        """Take over what `state` gave."""
        self.heard, self.alive, self.restarted = state[:3]  # type: ignore[assignment]
        self.is_pull, self.is_silent, self.blind_told = state[3:6]  # type: ignore[assignment]
        self.usual.restore(state[6])  # type: ignore[arg-type]

    def _reach(self, since: int, length: int) -> int:
        """Add a length: elapsed where a heartbeat ticks day and night, else open time."""
        if self.plan.heartbeat_ms or self.calendar is None:
            return since + length
        if self._limit[:2] != (since, length):
            self._limit = (since, length, self.calendar.add(since, length))
        return self._limit[2]

    def _open(self, since: int, until: int) -> int:
        return until - since if self.calendar is None else self.calendar.between(since, until)
