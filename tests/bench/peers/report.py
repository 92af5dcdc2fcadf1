"""The table of one run, printed and written: Markdown for people, JSON for whoever compares."""

import json
import os
import platform
import re
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

HEAD = (
    "system", "version", "events", "CPU us/event", "with start-up",
    "events/s, one core", "RSS MB", "late", "daily", "durability in this run",
)  # fmt: skip
LIBRARIES = ("faust-streaming", "aiokafka", "msgspec", "psycopg")


def cells(row: dict[str, Any]) -> list[str]:
    """Return a row's figures as text, in the order of the head."""
    return [
        row["system"],
        str(row["version"]),
        f"{row['events']:,}",
        f"{row['cpu_run_us']:.1f}",
        f"{row['cpu_us_per_event']:.1f}",
        f"{row['events_per_s']:,}",
        str(row["rss_mb"]),
        _said(row["late_ok"]),
        _said(row["daily_ok"]),
        row["durability"],
    ]


def line(row: dict[str, Any]) -> str:
    """Return a row for the terminal."""
    widths = (20, 14, 9, 8, 8, 10, 6, 6, 6, 0)
    return " ".join(f"{cell:<{width}}" for cell, width in zip(cells(row), widths, strict=True)) + (
        f"  {row['parts']}" if "parts" in row else ""
    )


def write(folder: Path, rows: Sequence[dict[str, Any]], command: str) -> None:
    """Write both forms."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = [{key: value for key, value in row.items() if key != "log"} for row in rows]
    whole = {"machine": machine(), "command": command, "rows": kept}
    (folder / "bench-kafka.json").write_text(json.dumps(whole, indent=1) + "\n", "utf-8")
    (folder / "bench-kafka.md").write_text(markdown(rows), "utf-8")


def markdown(rows: Sequence[dict[str, Any]]) -> str:
    """Return the report."""
    table = ["| " + " | ".join(HEAD) + " |", "|---|---|" + "--:|" * 5 + "---|---|---|"]
    table += ["| " + " | ".join(cells(row)) + " |" for row in rows]
    parts = [f"- {row['system']}: {_parts(row)}" for row in rows if "parts" in row]
    story = (
        "One job, J1: requests that must be answered within two hours of event time. Written by one run "
        "of `make bench-peers`; one broker on one core, one system on the other, PostgreSQL beside the "
        "broker. CPU is user and system time of the system's processes from its first record on, and "
        "with its start-up; neither the broker nor PostgreSQL is in it. *late* says that exactly the "
        "expected cases were told once, *daily* that all counts by dealer and day are right. J1 asks for no "
        "more than that; *its rules* is this product as a user has it, warning of queues and of pace too. "
        "Compare figures of one run only."
    )
    lines = ["# J1 on Kafka, beside what could be used instead", "", story, "", *table, ""]
    return "\n".join(
        [*lines, "This product, us an event by process:", "", *parts, "", machine_line(), ""]
    )


def machine() -> dict[str, str]:
    """Say on what it ran."""
    text = Path("/proc/cpuinfo").read_text("utf-8")
    model = re.search(r"model name\s*:\s*(.+)", text)
    return {
        "cpu": model[1] if model else platform.machine(),
        "cores": str(os.cpu_count()),
        "python": platform.python_version(),
        "kernel": platform.release(),
    } | {name: version(name) for name in LIBRARIES}


def machine_line() -> str:
    """Say it in one line."""
    return "Machine: " + ", ".join(f"{name} {value}" for name, value in machine().items()) + "."


def _parts(row: dict[str, Any]) -> str:
    told = ", ".join(f"{name} {value}" for name, value in row["parts"].items())
    return f"{told}; resident MB: " + ", ".join(f"{n} {v}" for n, v in row["rss"].items())


def _said(value: bool | None) -> str:
    return "-" if value is None else "yes" if value else "NO"
