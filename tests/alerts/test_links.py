"""Links that carry an answer: nobody makes one but us, and none outlives its time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.links import PATH, Claim, link, read
from alerts.secret import Secret
from tests.alerts.fakes import NOON

SECRET = Secret("a key for links, long enough to be one")
CLAIM = Claim("take", "0f" * 16, "north-desk", NOON + 1)


def token(claim: Claim = CLAIM, secret: Secret = SECRET) -> str:
    """Return the token of a link."""
    address = link(
        "https://erosion.example/",
        secret,
        claim.key,
        claim.action,
        claim.receiver,
        claim.expires_at,
    )
    assert address.startswith(f"https://erosion.example{PATH}")
    return address.rpartition("/")[2]


@given(st.sampled_from(["take", "refuse"]), st.text(max_size=60), st.integers(1, 2**53))
def test_what_is_signed_is_read(action: str, receiver: str, left: int) -> None:
    """Every claim comes back as it was, and is fit for an address."""
    claim = Claim(action, "0f" * 16, receiver, NOON + left)
    made = token(claim)
    assert read(SECRET, made, NOON) == claim
    assert not set(made) - set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")


def test_a_link_is_the_same_on_every_attempt() -> None:
    """Nothing in it is drawn or read from a clock."""
    assert token() == token()


@pytest.mark.parametrize(
    "made",
    [
        token(secret=Secret("another key")),
        token(Claim("silence", "0f" * 16, "north-desk", NOON + 1)),
        token()[:-1],
        token() + "=",
        token() + "\n",
        token().upper(),
        token().replace(".", ".."),
        "",
        ".",
        "a" * 5_000,
        "ü.ü",
    ],
)
def test_what_is_not_ours(made: str) -> None:
    """Another key, another action, or another way of writing it: nothing is allowed."""
    assert read(SECRET, made, NOON) is None


def test_a_link_ends() -> None:
    """At its last instant it is no longer good."""
    assert read(SECRET, token(), NOON)
    assert read(SECRET, token(), NOON + 1) is None


@given(st.integers(0, len(token()) - 1), st.characters())
def test_no_other_character(place: int, other: str) -> None:
    """Whichever character is changed, the token is none."""
    made = token()
    changed = made[:place] + other + made[place + 1 :]
    assert changed == made or read(SECRET, changed, NOON) is None


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing that stands in an address makes the reader fail."""
    assert read(SECRET, text, NOON) is None
