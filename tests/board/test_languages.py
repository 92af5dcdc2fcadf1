"""The pages speak the language of the company."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.links import link
from alerts.tongue import ENGLISH, Tongue
from alerts.tongues import tongue_of
from service.board.html import page
from tests.alerts.fakes import HOUR
from tests.alerts.office import office
from tests.board.bench import LINK_KEY, bench, client

SPANISH = tongue_of("es")
ROW = {
    "unit": "Leeds",
    "case": "TD-1",
    "url": "",
    "title": "Prueba",
    "own": "5 h",
    "open": "3 h",
    "informed": False,
    "touchpoint": "t",
}


def words_of(html: str) -> str:
    """Return what a reader sees of a page."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


async def test_pages_are_in_spanish(tmp_path: Path) -> None:
    """Login, list and answers speak as the messages do."""
    with bench(tmp_path, replace(office(), tongue=SPANISH)) as at:
        (row,) = at.office.lookup.deliveries("", "s1", 1)
        path = link("", LINK_KEY, row["key"], "take", "sales-desk", at.now + HOUR)
        async with client(at) as browser:
            login = await browser.get("/login")
            assert '<html lang="es">' in login.text
            assert "Iniciar sesión Su clave Iniciar sesión" in words_of(login.text)
            wrong = await browser.post("/login", data={"token": "no"})
            assert "Esta clave no se conoce." in wrong.text
            shown = words_of((await browser.get(path)).text)
            assert "19 personas esperan" in shown
            assert "Lo tengo No ocurre nada hasta que pulse el botón." in shown
            assert "Gracias. Queda anotado" in (await browser.post(path)).text
            assert "Demasiado tarde" in (await browser.get(path + "x")).text
        async with client(at, "anna") as anna:
            assert "Nadie espera más de lo previsto." in (await anna.get("/waiting")).text


@pytest.mark.parametrize(
    ("tongue", "head", "button"),
    [
        (ENGLISH, "Where Case Waiting for Their watch Opening hours Knows?", "Told them"),
        (SPANISH, "Lugar Caso Qué espera Su espera Horas de apertura ¿Avisado?", "Ya le avisé"),
    ],
)
def test_the_list_of_who_waits(tongue: Tongue, head: str, button: str) -> None:
    """The table has its heads and its button in both languages."""
    text = bytes(
        page(tongue, "waiting.html", "Call these first", rows=[ROW], people="").body
    ).decode()
    assert head in words_of(text)
    assert button in words_of(text)
    assert f'data-of="{tongue.say("on their watch")}"' in text
