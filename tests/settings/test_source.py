"""What a source may say of its rows and their times, and what is said of a mistake."""

from pathlib import Path

import pytest

from tests.settings.written import company, problems

DELIVERS = "    delivers: [asked, answered, withdrawn]"
ROWS = f"""\
{DELIVERS}
    format: json
    map: {{id: no, time: at, type: what}}"""

MISTAKES = [
    (
        f"{DELIVERS}\n    timezone: Europe/Berlin",
        [
            "company.yaml:13:5: times of cloudevents carry their offset; `timezone` and `epoch` are for rows"
        ],
    ),
    (
        f"{ROWS}\n    timezone: Europe/Berlin\n    epoch: s",
        [
            "company.yaml:13:5: `epoch` counts seconds in every zone; leave out `timezone` or `epoch`"
        ],
    ),
    (
        f"{ROWS}\n    timezone: Europe/Berln",
        ['company.yaml:16:15: no time zone "Europe/Berln"; did you mean "Europe/Berlin"?'],
    ),
    (
        ROWS.replace("type: what", "type: {const: [asked]}"),
        ["company.yaml:15:43: a constant is text, a number, true or false"],
    ),
    (
        ROWS.replace("type: what", "type: {const: aksed}"),
        ['company.yaml:15:35: the source "crm" does not deliver "aksed"; did you mean "asked"?'],
    ),
    (
        f"{ROWS}\n    epoch: us",
        ['company.yaml:16:12: "us" cannot stand here; did you mean "s"?'],
    ),
    (
        ROWS.replace("json", "avro"),
        ["company.yaml:13:5: avro is read from Kafka; write `kafka: {topic: NAME}`"],
    ),
    (
        f"{ROWS}\n    kafka: {{topic: t}}".replace("json", "csv"),
        ["company.yaml:13:5: a record of Kafka is no csv; write `format: json`, or avro"],
    ),
    (
        f"{ROWS}\n    kafka: {{topic: t}}\n  shop: {{delivers: [sold], kafka: {{topic: t}}}}",
        [
            (
                'company.yaml:16:20: the topic "t" brings "shop" too, and a row does not say '
                "whose it is; give each its own topic"
            )
        ],
    ),
]


@pytest.mark.parametrize(("written", "lines"), MISTAKES)
def test_mistakes(tmp_path: Path, written: str, lines: list[str]) -> None:
    """A mistake is told at its line, with what to write instead."""
    assert problems(company(tmp_path, DELIVERS, written)) == lines


@pytest.mark.parametrize("key", ["timezone: Europe/Madrid", "epoch: s", "epoch: ms"])
def test_forms_of_time(tmp_path: Path, key: str) -> None:
    """A source of rows may name the zone of its times, or the unit in which they count."""
    assert problems(company(tmp_path, DELIVERS, f"{ROWS}\n    {key}")) == []


@pytest.mark.parametrize(
    "written",
    [
        f"{ROWS}\n    kafka: {{topic: t}}".replace("json", "avro"),
        f"{DELIVERS}\n    kafka: {{topic: t}}\n  shop: {{delivers: [sold], kafka: {{topic: t}}}}",
    ],
)
def test_topics(tmp_path: Path, written: str) -> None:
    """Avro comes from a topic, and sources of CloudEvents may share one."""
    assert problems(company(tmp_path, DELIVERS, written)) == []
