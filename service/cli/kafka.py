"""Commands about Kafka: topics, asyncapi."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.options import Config, Json, config_path, put, say

if TYPE_CHECKING:
    from service.log.wanted import Row, Topic
    from service.settings.configuration import Configuration
    from service.transport import Transport

Partitions = Annotated[
    int, typer.Option(min=0, help="Partitions of the log. [default: one for each shard]")
]
HEAD = ("topic", "partitions", "setting", "wanted", "found", "")


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(topics)
    app.command()(asyncapi)


def topics(
    config: Config = None,
    create: Annotated[bool, typer.Option("--create", help="Make ours that are missing.")] = False,
    create_sources: Annotated[
        bool, typer.Option("--create-sources", help="Make the topics of sources too.")
    ] = False,
    partitions: Partitions = 0,
    replication: Annotated[
        int, typer.Option(min=0, help="Copies of each. [default: 3, or one on each broker]")
    ] = 0,
    acls: Annotated[bool, typer.Option("--acls", help="Print what each role may do.")] = False,
    as_json: Json = False,
) -> None:
    """Check the topics that the service needs, make those that are missing, or print the rights."""
    import asyncio

    from service.log.acls import acl_lines
    from service.settings import ProcessSettings, Secrets, load, read_transport
    from service.settings.compile_sources import topic_sources

    process = ProcessSettings.read()
    transport = read_transport(process, Secrets.read(process.secrets))
    configuration = load(config_path(config)).configuration
    servers = ",".join(transport.servers)
    if acls:
        for line in acl_lines(transport.prefix, topic_sources(configuration), servers):
            print(line)
        return
    wanted = _wanted(transport.prefix, configuration, partitions)
    making = [topic for topic in wanted if create_sources or (create and topic.ours)]
    rows = asyncio.run(_looked(transport, wanted, making, replication))
    _show(rows, as_json=as_json)
    _judge(wanted, rows, servers)


def asyncapi(
    config: Config = None,
    partitions: Partitions = 0,
    as_json: Json = False,
) -> None:
    """Print an AsyncAPI document of all topics and of what stands in them."""
    import sys
    from importlib.metadata import version

    from ruamel.yaml import YAML

    from service.cli.asyncapi import document
    from service.settings import ProcessSettings, load

    prefix = ProcessSettings.read().kafka_prefix
    configuration = load(config_path(config)).configuration
    wanted = _wanted(prefix, configuration, partitions)
    made = document(configuration, prefix, wanted, version("revenue-erosion-alerts"))
    if as_json:
        put(made)
        return
    yaml = YAML(typ="safe")
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.representer.ignore_aliases = lambda _: True
    yaml.dump(made, sys.stdout)


def _wanted(prefix: str, configuration: "Configuration", shards: int) -> "list[Topic]":
    from service.log.wanted import Keeping, wanted_topics
    from service.settings.compile_sources import topic_sources

    kept = configuration.retain
    keeping = Keeping(kept.log, kept.quarantine)
    return wanted_topics(
        prefix, shards or len(configuration.shards), keeping, topic_sources(configuration)
    )


async def _looked(
    transport: "Transport", wanted: "list[Topic]", making: "list[Topic]", replication: int
) -> "list[Row]":
    from service.log.topics import cluster
    from service.log.wanted import compared

    async with cluster(transport) as there:
        copies = replication or await there.usual_copies()
        names = [topic.name for topic in wanted]
        found = await there.found(names)
        missing = [topic for topic in making if topic.name not in found]
        if missing:
            for name in await there.create(missing, copies):
                say(f"made {name}")
            found = await there.found(names)
    return [row for topic in wanted for row in compared(topic, found.get(topic.name), copies)]


def _show(rows: "Iterable[Row]", *, as_json: bool) -> None:
    if as_json:
        for row in rows:
            put(row._asdict())
        return
    cells = [HEAD, *(_cells(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        print("  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip())


def _cells(row: "Row") -> tuple[str, ...]:
    found = "unlimited" if row.found == "-1" else row.found
    count = str(row.partitions or "-")
    return (row.topic, count, row.setting, row.wanted, found, "ok" if row.ok else "WRONG")


def _judge(wanted: "Sequence[Topic]", rows: "Sequence[Row]", servers: str) -> None:
    from service.log.wanted import mending

    if all(row.ok for row in rows):
        return
    for line in mending(wanted, rows, servers):
        say(f"what to do: {line}")
    raise typer.Exit(1)
