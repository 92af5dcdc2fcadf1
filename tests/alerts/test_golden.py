"""The words of every story in every language, to the letter: a changed file is a changed message.

`python -m tests.alerts.test_golden` writes the files anew; look at what changed before you commit.
"""

from pathlib import Path

import pytest

from alerts import words
from alerts.tongues import tongue_of
from tests.alerts.stories import MESSAGES

GOLDEN = Path(__file__).parents[1] / "golden" / "messages"
CASES = [(locale, name) for locale, told in MESSAGES.items() for name in told]


def file_of(locale: str, name: str) -> Path:
    """Return where the text of a story stands."""
    return (GOLDEN if locale == "en" else GOLDEN / locale) / f"{name}.txt"


@pytest.mark.parametrize(("locale", "name"), CASES)
def test_golden(locale: str, name: str) -> None:
    """Each combination of facts has exactly these words, in each language."""
    assert MESSAGES[locale][name].text + "\n" == file_of(locale, name).read_text("utf-8")


def test_no_golden_text_is_orphaned() -> None:
    """Every golden file belongs to a story."""
    assert set(GOLDEN.rglob("*.txt")) == {file_of(*case) for case in CASES}


@pytest.mark.parametrize(("locale", "name"), CASES)
def test_golden_messages_are_short(locale: str, name: str) -> None:
    """No golden message is longer than people read."""
    message = MESSAGES[locale][name]
    assert len(message.headline.split()) <= words.FIRST_LINE_WORDS_MAX
    assert message.body_words <= words.body_words_max(tongue_of(locale))


def write() -> None:
    """Write the golden texts; look at what changed before you commit."""
    for case in CASES:
        file_of(*case).write_text(MESSAGES[case[0]][case[1]].text + "\n", "utf-8")


if __name__ == "__main__":
    write()
