"""Find every sentence that the program says, and write the catalogues: `make words`.

English is written as it stands in the code, for translators to begin with.  The other catalogues
keep what they have, lose what is not said any more, and get what is new with nothing beside it,
which a test then finds.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import write_po

from alerts.tongues import catalogue, known

ROOT = Path(__file__).parents[2]
PLACES = (
    "alerts/**/*.py",
    "service/board/**/*.*",
    "service/report/*.py",
    "service/weekly/*.py",
    "service/settings/*.py",
)
KEYWORDS = {"say": None, "count": (1, 2), "noted": None}
OTHER_SOURCE = "{{"
WIDTH = 100
PROJECT = "Revenue Erosion Alert System"

Sentence = str | tuple[str, ...]


def sentences() -> Iterator[tuple[str, Sentence]]:
    """Yield every sentence with the file that says it; one with a plural is a pair."""
    for path in sorted(path for place in PLACES for path in ROOT.glob(place)):
        name = path.relative_to(ROOT).as_posix()
        if path.suffix == ".py":
            yield from ((name, found) for found in _said(path.read_bytes()))
        elif path.suffix == ".html":
            holes = path.read_text("utf-8").split(OTHER_SOURCE)[1:]
            code = "\n".join(hole.partition("}}")[0].strip() for hole in holes)
            yield from ((name, found) for found in _said(code.encode()))


def english() -> Catalog:
    """Return the catalogue of the sentences as they stand in the code."""
    made = _empty("en")
    for name, found in sentences():
        made.add(found, found, locations=[(name, 0)])
    return made


def _said(source: bytes) -> Iterator[Sentence]:
    for _, found, _, _ in extract("python", BytesIO(source), keywords=KEYWORDS):
        yield tuple(found) if isinstance(found, tuple | list) else found


def _empty(locale: str) -> Catalog:
    made = Catalog(locale, project=PROJECT, header_comment=f"# {PROJECT}: what it says.")
    made.fuzzy = False
    return made


def _written(made: Catalog) -> bytes:
    text = BytesIO()
    write_po(text, made, width=WIDTH, no_location=True, omit_header=True, sort_output=False)
    plural = f"nplurals={made.num_plurals}; plural={made.plural_expr};"
    head = (
        f'msgid ""\nmsgstr ""\n"Language: {made.locale}\\n"\n'
        f'"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {plural}\\n"\n\n'
    )
    return head.encode() + text.getvalue()


def main() -> None:
    """Write the catalogues."""
    wanted = english()
    for locale in known():
        made = wanted
        if locale != "en":
            made = _empty(locale)
            old = catalogue(locale)
            for message in wanted:
                if message.id:
                    before = old.get(message.id)
                    # A sentence that gained or lost its plural has to be translated anew.
                    is_same = before is not None and before.pluralizable == message.pluralizable
                    made.add(message.id, before.string if before and is_same else "")
        folder = ROOT / "alerts" / "locale" / locale / "LC_MESSAGES"
        (folder / "alerts.po").write_bytes(_written(made))
        print(f"{locale}: {len(made)} sentences")


if __name__ == "__main__":
    main()
