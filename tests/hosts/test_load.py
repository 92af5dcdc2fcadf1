"""Load and the brokers' time, under a clock that a test turns."""

from hypothesis import given
from hypothesis import strategies as st

from service.hosts.load import Load
from service.hosts.timing import BrokerTime


class Hand:
    """Be a clock."""

    def __init__(self) -> None:
        """Begin at an odd time."""
        self.at = 1000.25

    def __call__(self) -> float:
        """Return the time."""
        return self.at


def test_work_is_a_share_of_the_last_minute() -> None:
    """Half of ten seconds at work, on fifty events, is told as half and five a second."""
    hand = Hand()
    load = Load(hand)
    for _ in range(10):
        with load.work():
            hand.at += 0.5
        load.took(5)
        hand.at += 0.5
    assert load.told() == {"busy": 0.5, "events_per_s": 5.0}
    hand.at += 200
    assert load.told() == {"busy": 0.0, "events_per_s": 0.0}


@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 5000)), max_size=20))
def test_the_brokers_time_is_never_ahead(steps: list[tuple[int, int]]) -> None:
    """Answers may come late and stamps may be old: what is told is never ahead of the brokers."""
    hand, broker = Hand(), 1_000_000
    time = BrokerTime(hand)
    assert time.now() is None
    for passed, delay in steps:
        broker += passed
        hand.at += passed / 1000
        stamp = broker
        broker += delay
        hand.at += delay / 1000
        time.told(stamp)
        told = time.now()
        assert told is not None
        assert told <= broker + 1
