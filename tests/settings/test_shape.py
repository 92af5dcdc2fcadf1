"""What is written wrongly is refused at its own line, with a hint."""

from pathlib import Path

import pytest

from service.settings import load
from tests.settings.written import COMPANY, TOUCHPOINTS, bend, company, problems, touchpoint, write

LENGTHS = "write a length as 90s, 15m, 1h open, 4d or 2 open days"

LEAK = "this looks like a secret; put it into a file of its own in the folder EROSION_SECRETS"
DAYS = "write mon, tue, wed, thu, fri, sat, sun or mon-fri"

IN_TOUCHPOINTS = [
    (
        "stage: ask",
        "stag: ask",
        [
            'touchpoints.yaml:2:3: "stage" is missing',
            'touchpoints.yaml:4:5: unknown key "stag"; did you mean "stage"?',
        ],
    ),
    ("    owner: desk\n", "", ['touchpoints.yaml:2:3: "owner" is missing']),
    (
        "unit: {kind: shop}",
        "unit: {kind: shop, Id: unit}",
        ['touchpoints.yaml:6:24: unknown key "Id"; did you mean "id"?'],
    ),
    (
        "unit: {kind: shop}",
        "unit: [shop]",
        ["touchpoints.yaml:6:11: expected a mapping of keys, found a list"],
    ),
    (
        "start: asked",
        "start: 13",
        ["touchpoints.yaml:10:14: expected the name of an event, found 13"],
    ),
    (
        "kind: duration",
        "kind: ratoi",
        ['touchpoints.yaml:9:7: kind "ratoi" is not built; did you mean "ratio"?'],
    ),
    (
        "stop: answered",
        'stop: [answered, {event: answered, where: "by = 1"}]',
        ["touchpoints.yaml:11:49: cannot read the condition 'by = 1': invalid syntax"],
    ),
    (
        "promise: 1h open",
        "promise: 1 hour",
        [f"touchpoints.yaml:12:14: cannot read '1 hour' as a length of time; {LENGTHS}"],
    ),
    (
        "promise: 1h open",
        "promise: {until: wanted}",
        ['touchpoints.yaml:12:22: "wanted" cannot stand here; write it as data.NAME'],
    ),
    (
        "objective: 90% over 28d",
        "objective: 0.9",
        ["touchpoints.yaml:13:16: cannot read 0.9 as an objective; write it as 90% over 28d"],
    ),
    (
        "objective: 90% over 28d",
        "rules: [{id: a, kind: pice}]",
        ['touchpoints.yaml:13:13: kind "pice" is not built; did you mean "pace"?'],
    ),
    (
        "objective: 90% over 28d",
        "rules: [{id: a, kind: pace, worth_a_warning: 0.5x odds}]",
        ["touchpoints.yaml:13:50: '0.5x odds' is not worse than usual; write more than 1x odds"],
    ),
    (
        "objective: 90% over 28d",
        "rules: [{id: a, kind: pace, worth_a_warning: thrice}]",
        [
            "touchpoints.yaml:13:50: cannot read 'thrice'; write how much worse is worth it as 3x odds"
        ],
    ),
    (
        "objective: 90% over 28d",
        "rules: [{id: a, kind: pace, false_warnings: {watch: often}}]",
        [
            "touchpoints.yaml:13:57: cannot read 'often'; write 1 per unit-year, 1 per 1000 unit-weeks, or 1 per 5 region-years"
        ],
    ),
    (
        "objective: 90% over 28d",
        "rules: [{id: a, kind: pace, checkpoints: [0.5, 2]}]",
        ["touchpoints.yaml:13:46: the promise itself, 1, must be a checkpoint; at most 6"],
    ),
    (
        "objective: 90% over 28d",
        "rules: [{id: a, kind: waiting, at: {50%: watc}}]",
        ['touchpoints.yaml:13:40: "watc" cannot stand here; did you mean "watch"?'],
    ),
]

IN_COMPANY = [
    (
        "company: Example",
        "company: 4711",
        ["company.yaml:2:10: expected text; put quotes around 4711"],
    ),
    (
        "company: Example",
        "company: 007",
        ["company.yaml:2:10: expected text; put quotes around 007"],
    ),
    (
        '"09:00-17:00"',
        "9",
        ['company.yaml:6:22: cannot read 9 as opening hours; write "08:30-12:30" in quotes'],
    ),
    (
        "timezone: Europe",
        "timezon: Europe",
        [
            'company.yaml:3:1: "timezone" is missing',
            'company.yaml:3:12: unknown key "timezon"; did you mean "timezone"?',
        ],
    ),
    (
        "{console: {}}",
        "{consol: {}}",
        ['company.yaml:19:11: unknown key "consol"; did you mean "console"?'],
    ),
    (
        "mon-fri",
        "mon-fry",
        [
            f"company.yaml:6:11: 'mon-fry' is no day; {DAYS}",
        ],
    ),
    (
        "company: Example",
        "company: Example\nsmtp_password: hunter2",
        [
            f"company.yaml:3:1: {LEAK}",
        ],
    ),
    (
        '{email: {to: ["{unit.mail}"]}}',
        '{slack: {webhook: "https://hooks.slack.com/services/T/B/x"}}',
        [
            f"company.yaml:19:34: {LEAK}",
        ],
    ),
]

IN_COMPANY.append(
    (
        "  crm:",
        "  c m:",
        ['company.yaml:12:3: "c m" cannot stand here; use letters, digits, - _ . only'],
    )
)

IN_COMPANY.append(
    (
        "  crm:",
        "  crm:\n    wait: {password: hunter2}",
        [f"company.yaml:13:12: {LEAK}"],
    )
)


@pytest.mark.parametrize(("old", "new", "lines"), IN_TOUCHPOINTS)
def test_touchpoint_mistakes(tmp_path: Path, old: str, new: str, lines: list[str]) -> None:
    """A mistake in a touchpoint is told with file, line, column and a hint."""
    assert problems(touchpoint(tmp_path, old, new)) == lines


@pytest.mark.parametrize(("old", "new", "lines"), IN_COMPANY)
def test_company_mistakes(tmp_path: Path, old: str, new: str, lines: list[str]) -> None:
    """A mistake anywhere else is told in the same way, and a secret is never repeated."""
    assert problems(company(tmp_path, old, new)) == lines


def test_two_files_one_id(tmp_path: Path) -> None:
    """The same id in two files names both places."""
    write(tmp_path, other=TOUCHPOINTS)
    assert problems(tmp_path) == [
        'touchpoints.yaml:2:3: "answer" stands twice, first at other.yaml:2:3'
    ]


def test_one_file_one_key_twice(tmp_path: Path) -> None:
    """A key that stands twice in one file names both places."""
    folder = touchpoint(tmp_path, "    stage: ask\n", "    stage: ask\n    stage: ask\n")
    assert problems(folder) == [
        'touchpoints.yaml:5:5: "stage" stands twice, first at touchpoints.yaml:4:5'
    ]


def test_top_level_key_in_several_files(tmp_path: Path) -> None:
    """A top-level key may be spread over files, whose order changes nothing."""
    more = bend(TOUCHPOINTS, "  answer:", "  again:")
    settings = load(write(tmp_path, again=more))
    assert set(settings.configuration.touchpoints) == {"answer", "again"}


def test_scalar_in_two_files(tmp_path: Path) -> None:
    """A plain value cannot be joined, so it may stand once."""
    assert problems(write(tmp_path, zoo="company: Other\n")) == [
        'zoo.yaml:1:1: "company" stands twice, first at company.yaml:2:1'
    ]


def test_all_problems_at_once(tmp_path: Path) -> None:
    """Mistakes in several files are reported together."""
    folder = write(
        tmp_path,
        company=bend(COMPANY, "company: Example", "company: 1"),
        touchpoints=bend(TOUCHPOINTS, "objective: 90% over 28d", "objective: 9"),
    )
    assert [line.split(":")[0] for line in problems(folder)] == [
        "company.yaml",
        "touchpoints.yaml",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &x 1\n", "bad.yaml:1:4: anchors and aliases are not read; write the value out"),
        ("a: [" * 11 + "{b: " * 20, "bad.yaml:1:41: more than 20 levels deep; flatten this"),
        ("- a\n", "bad.yaml:1:1: expected a mapping of keys, such as `company: NAME`"),
        ("a: !thing x\n", "bad.yaml:1:4: tags are not read; write the value without `!`"),
        ('a: "b\n', "bad.yaml:2:1: cannot read this as YAML: found unexpected end of stream"),
    ],
)
def test_unreadable_yaml(tmp_path: Path, text: str, message: str) -> None:
    """What is no plain, shallow YAML is refused where it begins."""
    assert problems(write(tmp_path, bad=text))[0] == message


def test_file_too_large(tmp_path: Path) -> None:
    """A file above 1 MiB is refused before it is parsed."""
    [line] = problems(write(tmp_path, bad="# " + "x" * 1024 * 1024))
    assert line.startswith("bad.yaml:1:1: the file is larger than 1 MiB")


def test_yaml_one_point_two(tmp_path: Path) -> None:
    """NO is a country and 13:30 is a text, not false and not 810."""
    folder = company(tmp_path, "country: DE", "country: NO", shops_csv="id,region\na,north\n")
    settings = load(bend_owner(folder))
    assert settings.configuration.defaults.country == "NO"


def bend_owner(folder: Path) -> Path:
    """Let the receiver use an address that needs no column."""
    file = folder / "company.yaml"
    file.write_text(bend(file.read_text("utf-8"), "{unit.mail}", "desk@x.example"), "utf-8")
    return folder


def test_missing_folder(tmp_path: Path) -> None:
    """A folder that is not there, or is empty, is one clear line."""
    assert problems(tmp_path / "nowhere")[0].endswith("there is no such file or folder")
    assert problems(tmp_path)[0].endswith("the folder holds no .yaml file")


def test_sub_folders(tmp_path: Path) -> None:
    """Sub-folders are not read."""
    write(tmp_path)
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "bad.yaml").write_text("nonsense: 1", "utf-8")
    assert problems(tmp_path) == []
