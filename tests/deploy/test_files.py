"""The files of deploy/ pass the linters of their kind; each knows mistakes that nobody here would see."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.lint import DEPLOY, ROOT, linter, ran
from tests.live.needs import program

pytestmark = pytest.mark.live
UNITS = sorted((DEPLOY / "systemd").iterdir())
EXPOSURE_MAX = 1.5
# Kinds of the Prometheus operator: their schemas are not Kubernetes' own.
FOREIGN = ("servicemonitor.yaml", "podmonitor.yaml", "kustomization.yaml")
OVERLAYS = ("base", "kafka")


def scripts() -> list[str]:
    """Return the shell scripts that are under version control."""
    done = subprocess.run(
        ["git", "ls-files", "*.sh", ".ci/run"],  # noqa: S607 - found by its name
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.split()


def manifests() -> list[Path]:
    """Return the files of Kubernetes whose kinds are its own."""
    found = sorted((DEPLOY / "kubernetes").glob("*/*.yaml"))
    return [path for path in found if path.name not in FOREIGN]


def test_the_image() -> None:
    """Hadolint has nothing to say of the Dockerfile."""
    assert not ran(linter("hadolint"), DEPLOY / "Dockerfile")


@pytest.mark.parametrize(
    ("schema", "file"),
    [
        ("vendor.compose-spec", "deploy/compose.yaml"),
        ("vendor.github-workflows", ".github/workflows/ci.yml"),
    ],
)
def test_schemas(schema: str, file: str) -> None:
    """The demo world and the workflow are what their schemas ask for."""
    ran(linter("check-jsonschema"), "--builtin-schema", schema, ROOT / file)


def test_the_workflow() -> None:
    """Zizmor finds no weakness in the workflow."""
    assert "No findings" in ran(linter("zizmor"), "--offline", ROOT / ".github")


def test_shell() -> None:
    """Shellcheck has nothing to say of any script."""
    assert len(scripts()) > 3
    assert not ran(linter("shellcheck"), *scripts())


def test_kubernetes() -> None:
    """Every file of Kubernetes' own kinds fits its schema, to the letter."""
    files = manifests()
    said = ran(linter("kubernetes-validate"), "--strict", *files)
    assert len({line.split()[1] for line in said.splitlines() if " passed " in line}) == len(files)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_kustomize(overlay: str, tmp_path: Path) -> None:
    """What Kustomize makes of the files fits the schemas, and no image is without a tag."""
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not installed, and Debian has none that is new enough")
    made = tmp_path / f"{overlay}.yaml"
    made.write_text(ran(kubectl, "kustomize", DEPLOY / "kubernetes" / overlay))
    said = ran(linter("kubernetes-validate"), "--strict", made)
    unknown = {line for line in said.splitlines() if "WARN" in line}
    assert all("monitoring.coreos.com" in line for line in unknown)
    images = re.findall(r"image: (\S+)", made.read_text())
    assert images
    assert set(images) == {"revenue-erosion-alerts:0.1.0"}


def test_units(tmp_path: Path) -> None:
    """Systemd takes the units without a warning, once the program is where they say."""
    copies = []
    for unit in UNITS:
        copies.append(tmp_path / unit.name)
        copies[-1].write_text(unit.read_text().replace("/opt/erosion/bin/erosion", sys.executable))
    assert len(copies) == 3
    assert not ran(program("systemd-analyze"), "verify", *copies)


@pytest.mark.parametrize("unit", ["erosion.service", "erosion-backup.service"])
def test_how_much_a_unit_is_exposed(unit: str) -> None:
    """Its exposure, as systemd reckons it, is at most 1.5 of 10; what is left is the network."""
    limit = f"--threshold={int(EXPOSURE_MAX * 10)}"
    place = DEPLOY / "systemd" / unit
    said = ran(program("systemd-analyze"), "security", "--offline=true", limit, place)
    found = re.search(r"exposure level for \S+: ([0-9.]+)", said)
    assert found
    assert float(found[1]) <= EXPOSURE_MAX


def test_alertmanager() -> None:
    """Amtool takes the configuration, and each severity comes to whom it belongs."""
    amtool, config = program("amtool"), DEPLOY / "alertmanager" / "alertmanager.yml"
    ran(amtool, "check-config", config)
    for labels, receiver in {
        "severity=critical": "duty",
        "severity=warning": "platform",
        "alertname=ErosionAlertingWorks": "watchdog",
    }.items():
        assert receiver in ran(
            amtool, "config", "routes", "test", f"--config.file={config}", labels
        )


def test_prometheus() -> None:
    """Promtool takes the configuration and the rules."""
    promtool = program("promtool")
    ran(promtool, "check", "config", "--syntax-only", DEPLOY / "prometheus" / "prometheus.yml")
    ran(promtool, "check", "rules", *sorted((DEPLOY / "prometheus" / "rules").glob("*.yml")))
