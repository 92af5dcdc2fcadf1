"""What is to be read again is not forgotten for a record that was in hand when it was sought."""

from service.hosts.faust_client import Offsets
from tests.hosts.fake_faust import AT


def test_a_record_in_hand_does_not_undo_a_seek() -> None:
    """It is noted only behind the one who sought back from it; what was sought must still come."""
    offsets = Offsets()
    offsets[AT] = 119
    offsets.seek(AT, 77)
    for in_hand in (120, 121):
        offsets[AT] = in_hand
        assert offsets[AT] == 77
    for comes in (77, 78, 120):
        offsets[AT] = comes
        assert offsets[AT] == comes


def test_the_very_beginning_may_be_sought() -> None:
    """Faust takes no offset for the first record."""
    offsets = Offsets()
    offsets.seek(AT, 0)
    offsets[AT] = 5
    assert offsets[AT] is None
    offsets[AT] = 0
    offsets[AT] = 1
    assert offsets[AT] == 1
