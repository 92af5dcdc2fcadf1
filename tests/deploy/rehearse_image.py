"""The section Container of deploy/README.md: the image is built and run as it says.

Its base is a Debian with Python, made here from Debian's packages and called by the name that the
Dockerfile asks for: so neither the Dockerfile nor a registry is touched, and Debian's Python stands
in the place of the official one. Docker was rejected: it wants a daemon, while buildah and podman end
with their command. `make rehearse-image` needs root, mmdebstrap, buildah, podman and runc, and three
minutes; the container has no network but its own loopback.
"""

import os
import re
import resource
import shlex
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.deploy.lint import DEPLOY, ROOT
from tests.deploy.readme import commands, say

IMAGE = "revenue-erosion-alerts:0.1.0"
NAME = "erosion-rehearsal"
NOBODY = 10001
CERTIFICATES = "/etc/ssl/certs"
PACKAGES = "python3,python3-venv,python3-pip,ca-certificates"
ASKING = """
import os, urllib.error, urllib.request as web
bearer = {"Authorization": "Bearer " + os.environ["EROSION_TOKEN"]}
address = "http://127.0.0.1:8080/metrics"
said = web.urlopen(web.Request(address, headers=bearer)).read().decode()
print(len(said.splitlines()))
try:
    web.urlopen(address)
except urllib.error.HTTPError as refused:
    print(refused.code)
"""
FEEDING = """
erosion simulate /tmp/some.ndjson --dealers 12 --weeks 1 --start "$(date -u -d '6 days ago' +%F)"
erosion send /tmp/some.ndjson --to http://127.0.0.1:8080 2>&1 | tail -n 1
"""
PAGE = "erosion digest --html /tmp/page.html && grep -o 'data:image' /tmp/page.html | wc -l"


class Engine:
    """Run buildah and podman with a store of their own, which goes with its folder."""

    def __init__(self, folder: Path) -> None:
        """Write how to store, and limits that this process may give on."""
        self.folder = folder
        (folder / "storage.conf").write_text(
            f'[storage]\ndriver = "vfs"\nrunroot = "{folder}/run"\ngraphroot = "{folder}/store"\n'
        )
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        (folder / "containers.conf").write_text(
            f'[containers]\ndefault_ulimits = ["nofile={files}:{files}", "nproc=4096:4096"]\n'
            '[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "none"\n'
        )
        self._environment = os.environ | {
            "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
            "CONTAINERS_CONF": str(folder / "containers.conf"),
        }

    def run(self, line: str, *, cwd: Path | None = None) -> str:
        """Run lines of shell; return what they print, or fail with it."""
        done = subprocess.run(
            ["/bin/sh", "-ec", line], env=self._environment, cwd=cwd or self.folder,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert not done.returncode, f"{line}\n{done.stdout}{done.stderr}"
        return done.stdout.strip()

    def inside(self, line: str) -> str:
        """Run lines of shell in the container, with its token."""
        token = (self.folder / "token").read_text().strip()
        return self.run(f"podman exec -e EROSION_TOKEN={token} {NAME} sh -ec {shlex.quote(line)}")


def base(engine: Engine, suite: str) -> None:
    """Make the base and give it the name that the Dockerfile asks for."""
    found = re.search(r"^ARG PYTHON=(\S+)$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    assert found
    name = f"docker.io/library/python:{found[1]}"
    root = engine.folder / "base"
    engine.run(f"mmdebstrap --quiet --variant=apt --include={PACKAGES} {suite} {root}")
    # As in the official image: it is called `python`, and pip may install.
    engine.run(f"ln -s python3 {root}/usr/bin/python; rm -f {root}/usr/lib/python3*/EXTERNALLY*")
    variable = f"--change 'ENV SSL_CERT_FILE={CERTIFICATES}/ca-certificates.crt'"
    engine.run(f"tar -C {root} -c . | podman import {variable} - {name}; rm -r {root}")
    say("base, in the place of the official one", f"{name} of Debian {suite}")


def built(engine: Engine) -> None:
    """Build the image from the Dockerfile as it is."""
    begun = time.monotonic()
    given = f"--pull-never --network host --volume {CERTIFICATES}:{CERTIFICATES}:ro"
    line = commands("Container")[0].splitlines()[0]
    assert line.startswith("docker build ")
    more = f"buildah bud --format docker --isolation chroot {given} "
    engine.run(line.replace("docker build ", more), cwd=ROOT)
    say("built, seconds", round(time.monotonic() - begun))
    size = int(engine.run(f"podman image inspect {IMAGE} --format '{{{{.Size}}}}'"))
    say("size with the base, megabytes", size // 1_000_000)


def started(engine: Engine) -> None:
    """Start it by the README's line, with secrets that belong to its user alone."""
    engine.run(f"cp -r {ROOT}/config config; mkdir -m 700 secrets; umask 077\n"
               f"podman run --rm --network none {IMAGE} token me --scope admin >token 2>said\n"
               "tail -n 1 said >secrets/api_tokens\n"
               "head -c 32 /dev/urandom | base64 >secrets/customer_key\n"
               f"chown -R {NOBODY} secrets")  # fmt: skip
    line = "docker run " + commands("Container")[0].split("docker run ")[1]
    line = line.replace("-p 127.0.0.1:8080:8080", "").replace("\\\n", " ")
    engine.run(line.replace("docker run", f"podman run -d --name {NAME} --network none"))


def proved(engine: Engine) -> None:
    """Show that it is healthy, private and whole."""
    begun = time.monotonic()
    while "false" in engine.run(f"podman healthcheck run {NAME} >&2 || echo false"):
        assert time.monotonic() - begun < 60
        time.sleep(0.2)
    say("the check of health is content after seconds", round(time.monotonic() - begun, 1))
    say("user", engine.inside("id -u"))
    say("capabilities", engine.inside("grep CapEff /proc/1/status").split()[1])
    say("root", engine.inside("touch /app/x 2>&1 || true").partition(": ")[2])
    lines, refused = engine.inside(f"python -c '{ASKING}'").split()
    say("lines of /metrics with the token, and the answer without", (lines, refused))
    say("fed", engine.inside(FEEDING).splitlines()[-1])
    say("pictures of the weekly page", engine.inside(PAGE))
    made = engine.inside("erosion backup /data/b.tar; erosion backup --verify /data/b.tar 2>&1")
    say("backup", made.splitlines()[-1])


def ended(engine: Engine) -> None:
    """Stop it by SIGTERM: it ends by itself, with 0."""
    begun = time.monotonic()
    engine.run(f"podman stop {NAME}")
    code = engine.run(f"podman inspect {NAME} --format '{{{{.State.ExitCode}}}}'")
    say("stopped, seconds and exit code", (round(time.monotonic() - begun, 1), code))
    assert code == "0"


@contextmanager
def engine_of_its_own() -> Iterator[Engine]:
    """Take away, at the end, what runs and what is stored."""
    with tempfile.TemporaryDirectory(prefix="erosion-image-") as made:
        engine = Engine(Path(made))
        try:
            yield engine
        finally:
            engine.run("podman rm --all --force; podman volume rm --all --force; podman rmi -af")


def main() -> None:
    """Build, run, look and end."""
    with engine_of_its_own() as engine:
        base(engine, "trixie")
        built(engine)
        started(engine)
        proved(engine)
        ended(engine)


if __name__ == "__main__":
    main()
