"""The desk of the real program: what was answered survives, and people act from the command line."""

from pathlib import Path

import httpx

from tests.live.answers import alert_in, rounds
from tests.running import erosion, service, until
from tests.worlds import line, write_config


def test_what_was_answered_survives_the_next_instant(tmp_path: Path) -> None:
    """Two rounds of fifty answers and a silence, each killed as soon as the last was answered."""
    assert rounds(tmp_path, 2) == (0, 0)


def test_an_operator_works_from_the_terminal(tmp_path: Path) -> None:
    """Take it, silence a place, see what was sent and what was not, and why; end the silence."""
    config, data = (
        write_config(tmp_path / "config", {"rules_off": ["objective"]}),
        tmp_path / "data",
    )
    with service(data, config, "--clock", "events") as running:
        alert = alert_in(running)

        def run(*words: str) -> str:
            done = erosion(data, *words, "--to", running.address)
            assert done.returncode == 0, done.stderr
            return done.stdout + done.stderr

        assert "it is yours" in run("ack", alert[:6])
        until(lambda: _get(running.address, alert)["taken"])
        assert "local has it" in erosion(data, "alerts").stdout
        preview = run("silence", "unit=a", "--why", "stock-taking", "--for", "2h", "--preview")
        assert "it would mute 1 open alerts" in preview
        made = run("silence", "unit=b", "--why", "stock-taking", "--for", "6h")
        name = made.split("silence ")[1].split()[0]
        body = [line(f"12:1{n} ask d{n} unit=b customer=m{n}", 20 + n) for n in range(3)]
        running.post(b"\n".join([*body, line("15:00 note -", 30), line("15:10 note -", 31)]))
        until(lambda: len(httpx.get(f"{running.address}/v1/alerts").json()) == 2)
        assert "not told: somebody silenced it" in erosion(data, "alerts").stdout
        assert "unit=b" in run("silences")
        assert "ended" in run("unsilence", name)
        running.post(line("15:20 note -", 32))
        until(lambda: "Shop B" in run("deliveries", "--state", "sent"))
        wrong = erosion(data, "ack", "zz", "--to", running.address)
        assert wrong.returncode == 1
        assert "erosion alerts" in wrong.stderr
        gone = erosion(data, "silences", "--to", "http://127.0.0.1:1")
        assert "start it with `erosion run`" in gone.stderr
        running.stop()


def _get(address: str, alert: str) -> dict[str, object]:
    found: dict[str, object] = httpx.get(f"{address}/v1/alerts/{alert}").json()
    return found
