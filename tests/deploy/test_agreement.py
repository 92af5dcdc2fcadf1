"""The files of deploy/ agree with each other and with the program: names, pins, ports and places."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from service.settings import ProcessSettings, compile_settings, load
from tests.deploy.lint import DEPLOY, ROOT

COMPOSE = YAML(typ="safe").load((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (DEPLOY / "Dockerfile").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
TEXTS = [
    path
    for path in [*DEPLOY.rglob("*"), ROOT / ".github" / "workflows" / "ci.yml"]
    if path.suffix in (".yaml", ".yml", ".sh", ".service", ".md") or path.name == "Dockerfile"
]
OF_TESTS = {"EROSION_TEST_CACHE", "EROSION_TRUTH", "EROSION_SEEDS"}


def test_variables_exist() -> None:
    """No file sets a variable that the process does not read."""
    known = {f"EROSION_{name.upper()}" for name in ProcessSettings.model_fields} | OF_TESTS
    for path in TEXTS:
        named = set(re.findall(r"\bEROSION_[A-Z_]+\b", path.read_text("utf-8")))
        assert named <= known, path


def test_ports_are_on_loopback() -> None:
    """The demo world opens nothing to other machines."""
    ports = [port for one in SERVICES.values() for port in one.get("ports", ())]
    assert len(ports) > 5
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_images_are_pinned() -> None:
    """Every image has a tag that names a version."""
    images = {one["image"] for one in SERVICES.values()}
    assert all(re.search(r":v?\d+\.\d+\.?\d*", image) for image in images), images
    assert f"revenue-erosion-alerts:{PROJECT['version']}" in images
    (base,) = re.findall(r"^ARG PYTHON=(.*)$", DOCKERFILE, re.MULTILINE)
    assert re.fullmatch(r"3\.\d+\.\d+-slim-\w+", base)
    assert f'version="{PROJECT["version"]}"' in DOCKERFILE


@pytest.mark.parametrize("name", SERVICES)
def test_the_demo_world_is_watched_and_bound(name: str) -> None:
    """Every service that stays has a check of its health; ours can write nowhere but to its data."""
    one = SERVICES[name]
    ours = one["image"].startswith("revenue-erosion-alerts")
    assert ours or one["healthcheck"]["test"]
    if ours:
        assert one["read_only"] is True
        assert one["cap_drop"] == ["ALL"]
        assert one.get("user") == ("0:0" if name == "secrets" else None)


@pytest.mark.parametrize(
    ("monitor", "key"),
    [
        ("base/servicemonitor.yaml", "endpoints"),
        ("kafka/podmonitor.yaml", "podMetricsEndpoints"),
    ],
)
def test_every_cluster_is_asked_for_units(monitor: str, key: str) -> None:
    """Both ways on Kubernetes scrape the two paths, units as a job of their own."""
    text = (DEPLOY / "kubernetes" / monitor).read_text("utf-8")
    plain, units = YAML(typ="safe").load(text)["spec"][key]
    assert (plain["path"], units["path"]) == ("/metrics", "/metrics/units")
    assert units["relabelings"] == [{"targetLabel": "job", "replacement": "erosion-units"}]
    assert units["authorization"] == plain["authorization"]


@pytest.mark.parametrize("place", ["base/statefulset.yaml", "kafka/kustomization.yaml"])
def test_clusters_say_where_people_reach_them(place: str) -> None:
    """A process behind a proxy cannot know its address, and dashboards lead there."""
    assert "EROSION_PUBLIC_URL" in (DEPLOY / "kubernetes" / place).read_text("utf-8")


def test_no_secret_stands_in_a_file() -> None:
    """Passwords and tokens come by file: no variable of the demo world holds one."""
    for one in SERVICES.values():
        for name, value in (one.get("environment") or {}).items():
            is_secret = re.search("PASSWORD|TOKEN|SECRET|KEY", name)
            assert not is_secret or str(value).startswith("/run/erosion"), name
    assert "@postgres" in SERVICES["engine"]["environment"]["EROSION_DATABASE"]
    assert ":" not in SERVICES["engine"]["environment"]["EROSION_DATABASE"].split("@")[0][13:]


def test_mounted_places_exist() -> None:
    """What the demo world mounts from the project is there."""
    for one in SERVICES.values():
        for volume in one.get("volumes", ()):
            place = volume.split(":")[0]
            assert place in COMPOSE["volumes"] or (DEPLOY / place).exists(), volume


def test_the_image_is_made_of_what_is_there() -> None:
    """Its extras exist, uv is the one of the Makefile, and nothing that it copies is left out."""
    extras = set(re.findall(r"--extra (\w+)", DOCKERFILE))
    assert extras == {"kafka", "postgres", "digest", "avro"}
    assert extras <= set(PROJECT["optional-dependencies"])
    (uv,) = re.findall(r"^UV_PIN := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert f"ARG UV_PIN={uv}\n" in DOCKERFILE
    given = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE)
    assert {name for line in copied for name in line.split()} == given
    assert all((ROOT / name).exists() for name in given)


def test_the_small_configuration_is_good() -> None:
    """What stands in the map of Kubernetes is a configuration, and all of it is in the map."""
    folder = DEPLOY / "kubernetes" / "base"
    assert compile_settings(load(folder / "config")).plan.touchpoints
    listed = YAML(typ="safe").load((folder / "kustomization.yaml").read_text("utf-8"))
    (config,) = listed["configMapGenerator"]
    there = {path.relative_to(folder).as_posix() for path in (folder / "config").iterdir()}
    assert set(config["files"]) == there


@pytest.mark.parametrize("overlay", ["base", "kafka"])
def test_every_file_is_listed(overlay: str) -> None:
    """No file of Kubernetes is forgotten by its kustomization."""
    folder = DEPLOY / "kubernetes" / overlay
    listed = YAML(typ="safe").load((folder / "kustomization.yaml").read_text("utf-8"))
    there = {path.name for path in folder.glob("*.yaml")} - {"kustomization.yaml"}
    assert {name for name in listed["resources"] if name != "../base"} == there


def test_pods_may_do_little() -> None:
    """Each pod is nobody, writes to no root, has a limit, and asks nothing of the cluster."""
    for path in sorted((DEPLOY / "kubernetes").glob("*/*.yaml")):
        for made in YAML(typ="safe").load_all(path.read_text("utf-8")):
            if "template" in made.get("spec", ()):
                _may_do_little(path, made["spec"]["template"]["spec"])


def _may_do_little(path: Path, pod: dict[str, Any]) -> None:
    assert pod["securityContext"]["runAsNonRoot"], path
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    for one in [*pod["containers"], *pod.get("initContainers", ())]:
        assert one["securityContext"]["readOnlyRootFilesystem"], path
        assert one["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert one["resources"]["limits"].keys() == {"cpu", "memory"}
        if "ports" in one:
            probes = {one[f"{name}Probe"]["httpGet"]["path"] for name in ("liveness", "readiness")}
            assert probes == {"/live", "/ready"}
