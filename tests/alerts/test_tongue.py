"""Every language says everything, counts as its readers count, and leaves no English behind."""

import re
from dataclasses import replace
from string import Formatter

import pytest
from babel.messages.catalog import Message as Entry

from alerts import service_words, words
from alerts.asked import Undelivered
from alerts.body_words import length
from alerts.channels.email_look import html
from alerts.channels.slack_blocks import buttons
from alerts.clean import ELLIPSIS
from alerts.digest import digest_of
from alerts.failure import undelivered_rows
from alerts.historic import historic_rows
from alerts.outbox import OutboxRow
from alerts.signal import Level
from alerts.tongue import ENGLISH, Tongue
from alerts.tongues import catalogue, known, tongue_of
from tests.alerts.catalogue import english
from tests.alerts.samples import OPENED, RESOLVED, for_channel
from tests.alerts.stories import DIRECTORIES, MESSAGES

SPANISH = tongue_of("es")
COUNTED = (0, 1, 2, 1_000)
WORD = re.compile(r"[^\W\d_]{3,}")
# What is spelt alike, what is a name or a command, and what the configuration wrote.
ALIKE = frozenset(
    {
        "leeds",
        "york",
        "kent",
        "ghost",
        "gone",
        "aurora",
        "motors",
        "two",
        "crm",
        "regional",
        "manager",
    }
)


def sentences(entries: object) -> dict[object, Entry]:
    """Return the sentences of a catalogue by their English."""
    return {entry.id: entry for entry in entries if entry.id}  # type: ignore[attr-defined]


@pytest.mark.parametrize("locale", known())
def test_every_sentence_is_there(locale: str) -> None:
    """A catalogue has each sentence of the code and no other: write them with `make words`."""
    assert set(sentences(catalogue(locale))) == set(sentences(english()))


@pytest.mark.parametrize("locale", known())
def test_every_sentence_is_translated_with_its_facts(locale: str) -> None:
    """Nothing is empty or doubtful, and each form has the holes that the English has."""
    for entry in sentences(catalogue(locale)).values():
        wanted = entry.id if isinstance(entry.id, str) else entry.id[1]
        forms = (entry.string,) if isinstance(entry.string, str) else entry.string or ()
        assert not entry.fuzzy
        assert forms, entry.id
        assert all(forms), entry.id
        assert all(holes(form) == holes(wanted) for form in forms), entry.id


def holes(text: str) -> list[str]:
    """Return the names of the facts in a sentence."""
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name)


@pytest.mark.parametrize("entry", sentences(english()).values(), ids=lambda entry: str(entry.id))
def test_english_needs_no_catalogue(entry: Entry) -> None:
    """The language in the code and the one of the catalogue say the same."""
    read = tongue_of("en").catalogue
    for n in (0, 1, 2, 1_000):
        one, many = (entry.id, entry.id) if isinstance(entry.id, str) else entry.id
        assert read.ngettext(one, many, n) == ENGLISH.catalogue.ngettext(one, many, n)


@pytest.mark.parametrize(
    ("tongue", "said"),
    [
        (ENGLISH, ["0 people waiting", "1 person waiting", "2 people waiting",
                   "1,000 people waiting", "1,000,000 people waiting"]),
        (SPANISH, ["0 personas esperan", "1 persona espera", "2 personas esperan",
                   "1.000 personas esperan", "1.000.000 de personas esperan"]),
    ],
)  # fmt: skip
def test_plurals(tongue: Tongue, said: list[str]) -> None:
    """None, one, two, a thousand and a million are counted as each language counts."""
    counts = (0, 1, 2, 1_000, 1_000_000)
    one, many = "{n} person waiting", "{n} people waiting"
    assert [tongue.count(one, many, n) for n in counts] == said


@pytest.mark.parametrize(
    "entry",
    [entry for entry in sentences(catalogue("es")).values() if not isinstance(entry.id, str)],
    ids=lambda entry: entry.id[0],
)
def test_every_plural_counts(entry: Entry) -> None:
    """Each sentence that counts has the form of one for one only, and that of many for the rest."""
    one, many = entry.id[0], entry.id[1]
    facts = dict.fromkeys({*holes(many)} - {"n"}, "x")
    said = {n: SPANISH.count(one, many, n, **(facts | {"digits": str(n)})) for n in COUNTED}
    bare = {re.sub(r"\b[\d.]*\d\b", "#", text) for n, text in said.items() if n != 1}
    assert len(bare) == 1
    assert re.sub(r"\b1\b", "#", said[1]) not in bare


def test_a_country_writes_its_own_numbers() -> None:
    """The sentences are those of the language, the numbers those of the country."""
    mexican = tongue_of("es_MX")
    one, many = "{n} person waiting", "{n} people waiting"
    assert mexican.count(one, many, 1_204) == "1,204 personas esperan"
    assert mexican.tag == "es-MX"
    assert mexican.listed(["Vigo", "Irún"]) == "Vigo e Irún"
    assert words.body_words_max(mexican) == 100
    assert tongue_of("es_XX") == tongue_of("fr") == ENGLISH


def test_lists() -> None:
    """A list ends as a sentence does, also before the sound of its own "and"."""
    assert ENGLISH.listed([]) == ""
    assert ENGLISH.listed(["Leeds"]) == "Leeds"
    assert ENGLISH.listed(["Leeds", "York", "Kent"]) == "Leeds, York and Kent"
    assert SPANISH.listed(["Leeds", "York", "Kent"]) == "Leeds, York y Kent"
    assert SPANISH.listed(["Vigo", "Irún"]) == "Vigo e Irún"
    assert SPANISH.listed(["Vigo", "Hierro"]) == "Vigo y Hierro"


def test_no_english_is_left() -> None:
    """No word that only English has stands in a Spanish message."""
    theirs = {
        found for entry in sentences(catalogue("es")).values() for found in said(entry.string)
    }
    ours = {found for entry in sentences(english()).values() for found in said(entry.id)}
    foreign = ours - theirs - ALIKE
    for name, message in MESSAGES["es"].items():
        addresses = " ".join(address for _, address in message.links)
        left = said(message.text) - said(addresses)
        assert not left & foreign, name


def said(text: object) -> set[str]:
    """Return the words of a sentence, or of its forms, without its holes and commands."""
    whole = " ".join(text) if isinstance(text, tuple | list) else str(text)
    plain = re.sub(r"\{[^}]*\}|erosion [a-z]+(?: --all)?", " ", whole)
    return {found.lower() for found in WORD.findall(plain)}


def spanish(row: OutboxRow, *lines: str) -> OutboxRow:
    """Return a row as it would be in Spanish."""
    return replace(row, locale="es", lines=lines or row.lines)


def test_a_heap_is_told_in_its_language() -> None:
    """What waited is summed up in the language in which it waited."""
    made = digest_of([OPENED, RESOLVED], SPANISH)
    assert made.subject == "ACTUAR YA - 2 mensajes esperaron mientras no había entrega"
    assert made.lines[0] == "Hallazgos: 1, de ellos terminados: 1. ACTUAR YA: 2"
    assert "Empezó y terminó mientras no había entrega." in made.lines[1]
    assert made.locale == "es"


def test_what_channels_add_is_in_the_language_of_the_row() -> None:
    """Buttons and footers speak as the message does."""
    row = for_channel(spanish(OPENED), "email")
    page = html(row, row.subject, [])
    assert '<html lang="es"' in page
    assert "Para north-desk. Envío automático; nadie lee las respuestas." in page
    block = buttons(row)[0].to_dict()
    assert [element["text"]["text"] for element in block["elements"][:2]] == [
        "Lo tengo",
        "No es real",
    ]


def test_operations_are_told_in_the_language_of_the_company() -> None:
    """What did not arrive, and what is history, is said as everything else is."""
    directory = DIRECTORIES["es"]
    (lost,) = undelivered_rows([Undelivered(OPENED, "HTTP 410", is_dead=True)], 0, directory)
    assert lost.subject.startswith("SIN ENTREGAR - 1 mensaje para north-desk por ")
    assert lost.lines[-1] == "Motivo: HTTP 410."
    (old,) = historic_rows(1_000, 0, directory)
    assert old.text.splitlines() == [
        "HISTORIAL - 1.000 hallazgos antiguos, ya terminados",
        "Empezaron hace más de un día. Para verlos: erosion alerts --all",
    ]
    assert {lost.locale, old.locale} == {"es"}


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("1h open", "1 h de apertura"),
        ("1 open day", "1 día de apertura"),
        ("2 open days", "2 días de apertura"),
        ("gold 30m, otherwise 1d", "gold 30 min, otherwise 1 d"),
        ("A3h 12hours", "A3h 12hours"),
    ],
)
def test_a_length_as_configured_is_said(written: str, told: str) -> None:
    """Lengths are said in the language, in English to the letter as they are written."""
    assert length(SPANISH, written) == told
    assert length(ENGLISH, written) == written


def test_a_label_is_bold_with_any_letters() -> None:
    """A label is known by its colon, whatever its letters."""
    lines = ("Dónde: Leeds.", "Haga ahora: llamar.", "Promesa (Una persona): 1 h.", "así: no")
    row = for_channel(spanish(RESOLVED, *lines), "email")
    page = html(row, row.subject)
    assert "<strong>Dónde:</strong> Leeds." in page
    assert "<strong>Haga ahora:</strong> llamar." in page
    assert "<strong>Promesa</strong> (Una persona): 1 h." in page
    assert page.count("<strong>") == 3


def test_every_level_has_its_words() -> None:
    """Each level begins in words of the language."""
    first = [words.first_words(SPANISH, level) for level in Level]
    assert first == ["EN OBSERVACIÓN", "REVISAR HOY", "ACTUAR YA"]
    assert ELLIPSIS not in "".join(first)
    assert service_words.historic(SPANISH, 1) == "HISTORIAL - 1 hallazgo antiguo, ya terminado"
