"""A company's own words: what a template may do, what it may not, and that it never hangs."""

from dataclasses import replace
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.errors import Untold
from alerts.message import compose
from alerts.notice import Why
from alerts.template import OUTPUT_BYTES_MAX, TEXT_CHARACTERS_MAX, Template, Wording
from alerts.tongue import ENGLISH, Tongue
from alerts.tongues import tongue_of
from alerts.wording import KNOWN, facts_of, template, worded
from tests.alerts.fakes import DIRECTORY, NOON, regional, rows_for, signal
from tests.alerts.stories import gathered

STORY = gathered(regional())
MESSAGE = compose(STORY, NOON)
FACTS = facts_of(MESSAGE, STORY, "Aurora Motors", NOON)


def filled(text: str, tongue: Tongue = ENGLISH) -> str:
    """Fill a template with the facts of a region's story."""
    return template(text, tongue).fill(FACTS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ headline|upper }}", MESSAGE.headline.upper()),
        ("{{ customers }} at {{ place }}", "37 at North"),
        ("{{ kept }} of {{ kept + late }}", "15 of 52"),
        ("{% if usual %}usual{% else %}{{ region }}{% endif %}", "North"),
        ("{{ usual }}.", "."),
        ("{% for u in units %}{{ loop.index }}:{{ u.name }}{{ u.count }} {% endfor %}",
         "1:Leeds19 2:York12 3:hull6 "),
        ("{{ titles|join(' / ') }}", "A person answers a test-drive request"),
        ("{{ owner|default('nobody') }}{{ titles|length }}", "sales-desk1"),
        ("{{ 'Leeds' in body and not usual and 'yes' }}", "yes"),
        ("{{ units[0].name ~ headline[:3] }}", "LeedsACT"),
    ],
)  # fmt: skip
def test_what_a_template_says(text: str, said: str) -> None:
    """Facts, choices, one loop and a few filters are enough for a company's style."""
    assert filled(text) == said


def test_numbers_are_the_language_s() -> None:
    """A whole number is written as the readers of the language write it."""
    many = dict(FACTS) | {"customers": 1_204}
    assert template("{{ customers }}", tongue_of("es")).fill(many) == "1.204"
    assert template("{{ customers }}", ENGLISH).fill(many) == "1,204"


HOSTILE = (
    "{% for i in range(10**9) %}x{% endfor %}",
    "{{ range(10**9)|length }}",
    "{{ 10**9**9 }}",
    "{{ '%s' * 10**9 }}",
    "{{ 'x' * 1000000000 }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ '{:1000000000}'.format(1) }}",
    "{{ 'x'|center(1000000000) }}",
    "{{ 'x'|replace('x', 'xx') }}",
    "{{ body|join(body) }}",
    "{{ titles|join(body) }}",
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "{% set x = body %}{% set x = x ~ x %}{{ x }}",
    "{% for u in units recursive %}{{ loop(units) }}{% endfor %}",
    "{% for a in units %}{% for b in units %}x{% endfor %}{% endfor %}",
    "{% for c in body %}x{% endfor %}",
    "{% for units in titles %}x{% endfor %}",
    "{% for a, b in units %}x{% endfor %}",
    "{% for a in [1, 2] %}x{% endfor %}",
    "{% include 'etc' %}",
    "{% import 'os' as os %}",
    "{% extends 'base' %}",
    "{% block x %}{% endblock %}",
    "{% filter upper %}x{% endfilter %}",
    "{{ ''.__class__.__mro__ }}",
    "{{ headline.format }}",
    "{{ headline['__class__'] }}",
    "{{ self }}",
    "{{ loop }}",
    "{{ namespace() }}",
    "{{ lipsum() }}",
    "{{ cycler }}",
    "{{ customers + title }}",
    "{{ 1 < title }}",
    "{{ units }}",
    "{{ units[9].name }}",
    "{{ 1.5 }}",
    "{{ 1 > 0 }}",
    "{{ nobody }}",
    "{{ title|shout }}",
    "{{ title is string }}",
    "{% if %}",
    "{{",
    "{% for u in units %}",
    "(" * 4_000 + "{{ " + "(" * 3_000 + "1" + ")" * 900,
    "{{ " + "not " * 1_900 + "1 }}",
    "{{ " + "-" * 7_000 + "1 }}",
    "{{ " + "1 + " * 1_900 + "1 }}",
    "{{ " + "9" * 7_000 + " }}",
    "{% if 1 %}" * 600 + "{% endif %}" * 100,
    "x" * (TEXT_CHARACTERS_MAX + 1),
)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:40])
def test_a_hostile_template_is_refused_at_once(text: str) -> None:
    """What could run long, grow large or look inside is refused, and quickly."""
    began = perf_counter()
    with pytest.raises(Untold):
        filled(text)
    assert perf_counter() - began < 20


def test_the_longest_template_ends() -> None:
    """The most that an allowed template can do is little."""
    line = "{% for u in units %}{{ body ~ body ~ body }}{% endfor %}"
    facts = dict(FACTS) | {"units": [{"name": "x", "count": 1}] * 100, "body": "w" * 2_000}
    began = perf_counter()
    with pytest.raises(Untold, match="says more than 64 KB"):
        template(line * (TEXT_CHARACTERS_MAX // len(line)), ENGLISH).fill(facts)
    quiet = "{% for u in units %}{% if u.count > 1 %}x{% endif %}{% endfor %}"
    assert not template(quiet * (TEXT_CHARACTERS_MAX // len(quiet)), ENGLISH).fill(facts)
    assert perf_counter() - began < 20


def test_output_has_a_limit() -> None:
    """What is just small enough is said, and not a byte more."""
    facts = dict(FACTS) | {"body": "é" * (OUTPUT_BYTES_MAX // 2)}
    assert len(template("{{ body }}", ENGLISH).fill(facts)) == OUTPUT_BYTES_MAX // 2
    with pytest.raises(Untold):
        template("{{ body }}.", ENGLISH).fill(facts)


@given(st.text(st.sampled_from("{}%|.~+-*()[]'\" unitsforheadlneb0\n"), max_size=200))
def test_any_text_is_a_template_or_is_refused(text: str) -> None:
    """No text ends in anything but words or a refusal."""
    try:
        said = Template(text, KNOWN).fill(FACTS)
    except Untold:
        return
    assert isinstance(said, str)


def test_data_are_never_a_template() -> None:
    """A name that looks like a template is said as it is."""
    evil = "{{ 7*7 }}{% for x in units %}"
    facts = dict(FACTS) | {"place": evil}
    assert template("{{ place }}", ENGLISH).fill(facts) == evil


@pytest.mark.parametrize("why", [Why.FIRST, Why.WORSE, Why.ESCALATED, Why.STORM, Why.OPENING])
def test_a_kind_has_its_own_words_or_those_of_all(why: Why) -> None:
    """The words of a kind come first; a part that is left out is said as always."""
    alarm = Wording(headline=template("A: {{ headline }}", ENGLISH))
    everything = Wording(body=template("B\n\n{{ why }}", ENGLISH))
    story = replace(STORY, why=why)
    ours = compose(story, NOON)
    found = worded(ours, story, "Aurora", {"alarm": alarm, "all": everything}, NOON).message
    assert (found.headline, found.lines) == (f"A: {ours.headline}", ours.lines)
    found = worded(ours, story, "Aurora", {"all": everything, "over": alarm}, NOON).message
    assert (found.headline, found.lines) == (ours.headline, ("B", why.value))
    assert found.links == ours.links


def test_what_goes_wrong_is_told_in_our_words() -> None:
    """A template that fails on a story leaves the built-in message, and the row says why."""
    wordings = {"all": Wording(headline=template("{{ kept + late }}", ENGLISH))}
    directory = replace(DIRECTORY, wordings=wordings)
    plain, fine = rows_for([signal()]), rows_for([signal()], directory)
    assert [row.subject for row in fine] == [row.subject for row in plain]
    assert all("TypeError" in row.fell_back for row in fine)
    (region, *_) = rows_for([regional()], directory)
    assert (region.subject, region.fell_back) == ("52", "")
