"""The section systemd of deploy/README.md, word by word, on a Debian that is made for it.

Its commands are read out of that file, so what is proved is what people are told. Linting the units
was not enough: it was content with a wheel that could not start. `make rehearse-systemd` needs root,
mmdebstrap and systemd-container, and six minutes, half of them the watchdog's.
"""

import argparse
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.deploy.lint import DEPLOY, ROOT
from tests.deploy.machine import Machine, booted, fetch, make_root
from tests.deploy.readme import commands, say

DATA = "/var/lib/private/erosion"
HISTORY = Path(__file__).parent / "rehearsal" / "history.py"
BEARER = '-H "Authorization: Bearer $(cat /root/erosion-token)"'
METRICS = f"curl -sS --fail-with-body {BEARER} http://127.0.0.1:8080/metrics"
COUNTED = 'erosion_events_total{result="accepted"}'
WRITTEN = 'erosion_checkpoints_total{result="written"}'
PROBE = "/etc/systemd/system/probe.service"


def shown(machine: Machine, name: str) -> str:
    """Return a property of the unit."""
    return machine.run(f"systemctl show erosion -p {name} --value")


def command(machine: Machine, what: str) -> str:
    """Run a command of the service as its user, by the README's own line."""
    line = commands("systemd")[1].rstrip()
    assert line.endswith("erosion alerts")
    return machine.run(line.removesuffix("alerts").replace("--pipe", "--pipe --quiet") + what)


def metric(machine: Machine, name: str) -> float:
    """Return the value of a metric, with its labels in the name."""
    for line in machine.run(METRICS).splitlines():
        if line.startswith(f"{name} "):
            return float(line.rpartition(" ")[2])
    raise AssertionError(name)


def state(machine: Machine) -> str:
    """Return what is known of three who were never answered, early and late, and of how many."""
    known = [command(machine, f"case TD-{number}") for number in (400, 16_000, 29_600)]
    return "\n".join([*known, str(metric(machine, 'erosion_cases{touchpoint="answer"}'))])


def installed(machine: Machine) -> None:
    """Install and start as the README says; every question of `init` gets its own answer."""
    begun = time.monotonic()
    machine.run(f"yes '' | head -n 50 | {{\n{commands('systemd')[0]}}}")
    say("installed and started by the README's lines, seconds", round(time.monotonic() - begun))
    assert (shown(machine, "ActiveState"), shown(machine, "SubState")) == ("active", "running")
    say("Type=notify: active (running), with the status", shown(machine, "StatusText"))
    say("a command of the README says", command(machine, "alerts"))
    pid = shown(machine, "MainPID")
    secrets = machine.run("ls /run/credentials/erosion.service").split()
    status = machine.run(f"grep -E '^(Uid|CapEff|NoNewPrivs|Seccomp):' /proc/{pid}/status")
    say("secrets by LoadCredential", secrets)
    say("the process", " ".join(status.split()))
    say("exposure", machine.run("systemd-analyze security erosion | tail -n 1").partition(": ")[2])


def worked(machine: Machine) -> None:
    """Send six days of events, until a copy of the process has written a checkpoint."""
    begun = time.monotonic()
    machine.run("/opt/erosion/bin/python /src/history.py >/tmp/history.ndjson")
    send = "EROSION_TOKEN=$(cat /root/erosion-token) /opt/erosion/bin/erosion send"
    said = machine.run(f"{send} /tmp/history.ndjson 2>&1").splitlines()[-1]
    say("over HTTP, with the token", said)
    for name, least in ((COUNTED, 50_000), (WRITTEN, 1)):
        name_said = name.replace('"', r"\"")
        machine.until(f"{METRICS} | awk '$1 == \"{name_said}\" {{ exit !($2 >= {least}) }}'", 120)
    say("events counted", int(metric(machine, COUNTED)))
    say("checkpoints written by a forked copy", int(metric(machine, WRITTEN)))
    say("seconds of that", round(time.monotonic() - begun))
    machine.run("systemctl reload erosion")
    machine.until("journalctl -u erosion -o cat | grep 'configuration taken'", 10)
    say("systemctl reload", "configuration taken")


def drawn(machine: Machine) -> None:
    """Draw the weekly page with its pictures, under all that the unit forbids."""
    machine.run('/opt/erosion/bin/pip install -q "$(ls ./*.whl)[digest]"')
    page = f"{DATA}/page.html"
    start = "ExecStart=/opt/erosion/bin/erosion digest --html %S/erosion/page.html"
    machine.run(
        "sed -e 's/^Type=.*/Type=oneshot/' -e '/^WatchdogSec\\|^Restart\\|^ExecReload/d' "
        f"-e 's|^ExecStart=.*|{start}\\nUser=erosion|' "
        f"/etc/systemd/system/erosion.service >{PROBE}; systemctl daemon-reload"
    )
    machine.run("systemctl start probe || { journalctl -u probe -o cat; exit 1; }")
    pictures = machine.run(f"grep -o '<svg\\|data:image' {page} | wc -l")
    say("bytes and pictures of the weekly page", (machine.run(f"stat -c %s {page}"), pictures))
    machine.run(f"rm {page} {PROBE}; systemctl daemon-reload")


def outlived(machine: Machine, before: str) -> None:
    """Kill the process, and hang it: it is there again each time, with what it knew."""
    machine.run(f"kill -9 {shown(machine, 'MainPID')}")
    ready = "systemctl is-active erosion && curl -sSf 127.0.0.1:8080/ready"
    machine.until("test $(systemctl show erosion -p NRestarts --value) = 1", 30)
    say("killed, ready again after seconds", round(machine.until(ready, 60), 1))
    assert state(machine) == before
    machine.run(f"kill -STOP {shown(machine, 'MainPID')}")
    hung = machine.until("test $(systemctl show erosion -p NRestarts --value) = 2", 200)
    say("hung, started anew after seconds", round(hung))
    machine.until(ready, 60)
    assert state(machine) == before
    say("after both the same cases and alerts", True)


def restored(machine: Machine, before: str) -> None:
    """Make a backup, damage the data, and bring it back as the README says."""
    machine.run("systemctl start erosion-backup")
    backup = machine.run("ls /var/lib/private/erosion-backups/*.tar")
    say("backup", machine.run("journalctl -u erosion-backup -o cat | grep 'is whole'"))
    begun = time.monotonic()
    machine.run("systemctl stop erosion")
    stopped = round(time.monotonic() - begun, 1)
    say("stopped, seconds and result", (stopped, shown(machine, "Result")))
    machine.run(f"dd if=/dev/urandom of={DATA}/erosion.db bs=4096 seek=3 count=4 conv=notrunc")
    started = machine.tried("systemctl reset-failed erosion; systemctl start erosion")
    time.sleep(5)  # longer than RestartSec
    fate = [shown(machine, name) for name in ("ActiveState", "ExecMainStatus", "NRestarts")]
    say("damaged: state, exit code, restarts", fate)
    assert started.returncode
    assert fate == ["failed", "78", "0"]
    erosion = f"EROSION_DATA={DATA} /opt/erosion/bin/erosion"
    say("restore", machine.run(f"{erosion} restore {backup} --replace 2>&1").splitlines()[-1])
    machine.run("systemctl reset-failed erosion; systemctl start erosion")
    assert state(machine) == before
    say("started with the same cases and alerts, as", shown(machine, "StatusText"))


@contextmanager
def prepared(suite: str) -> Iterator[tuple[Path, Path]]:
    """Make the root, and the folder that stands in it as `/src`; take both away at the end."""
    with tempfile.TemporaryDirectory(prefix="erosion-rehearsal-") as made:
        folder = Path(made)
        shutil.copytree(DEPLOY / "systemd", folder / "src" / "deploy" / "systemd")
        shutil.copy(HISTORY, folder / "src")
        uv = shutil.which("uv") or ROOT / ".tools" / "bin" / "uv"
        build = [uv, "build", "--quiet", "--wheel", "--out-dir", folder / "src"]
        subprocess.run(build, cwd=ROOT, check=True)
        make_root(folder / "root", suite)
        wheel = next((folder / "src").glob("*.whl")).name
        say("libraries fetched", fetch(folder / "root", folder, f"./{wheel}[digest]"))
        yield folder / "root", folder


def main() -> None:
    """Rehearse on the suite that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suite", nargs="?", default="bookworm")
    with prepared(parser.parse_args().suite) as (root, shared), booted(root, shared) as machine:
        say("booted", machine.run("systemctl --version | head -n 1; /usr/bin/python3 --version"))
        installed(machine)
        worked(machine)
        before = state(machine)
        drawn(machine)
        outlived(machine, before)
        restored(machine, before)


if __name__ == "__main__":
    main()
