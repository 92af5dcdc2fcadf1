"""An AsyncAPI 3 document of every topic: what comes in, what we keep, what was turned away.

It is made from the configuration and from the topics' own list, never written by hand: a team that
sends events reads in it exactly the fields that somebody waits for.  A schema for all of `data` was
rejected: senders may put more in than we read, and the rest is none of our business.  What stands in
the log is described by its kind only, because nobody but the engine may rely on its form.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from service.intake.dead import CUT_NAMES, NAMES, PREFIX
from service.log.wanted import CHECKPOINTS, Topic
from service.rejected import Reason
from service.settings.compile_sources import needed_fields
from service.settings.configuration import Configuration
from service.settings.measure import Ratio
from service.settings.source import Constant, Source

VERSION, BINDING = "3.0.0", "0.5.0"
Json = dict[str, Any]
_PLAIN: Json = {"type": ["string", "number", "boolean"]}
_TEXT: Json = {"type": "string", "minLength": 1}
_NAME: Json = {"type": ["string", "integer"]}
_TIME: Json = {"type": "string", "format": "date-time"}
_COUNTS = ("retention.ms", "retention.bytes", "max.message.bytes")
_TYPES = {"cloudevents": "application/cloudevents+json", "avro": "avro/binary"}
_BYTES: Json = {"description": "Bytes that only the service reads."}
_OURS = {
    "log": "Chunks of events, ticks and control, in the order in which they count; key: none.",
    "dead": "Records that were turned away, as they came, with the reason in their headers.",
    "control": "What holds for all processes, by name: the newest of each key counts.",
}


def document(
    configuration: Configuration, prefix: str, topics: Iterable[Topic], version: str
) -> Json:
    """Return the document of all topics of a configuration."""
    ours = {f"{prefix}.{name}": words for name, words in _OURS.items()}
    ours[f"{prefix}-{CHECKPOINTS}"] = "The engine's state at points of the log, in parts."
    channels: Json = {}
    for topic in topics:
        key = _id(topic.name)
        key = f"{key}_{len(channels)}" if key in channels else key
        channels[key] = _channel(topic, _messages(configuration, topic, prefix), ours)
    return {
        "asyncapi": VERSION,
        "info": {
            "title": f"{configuration.company}: revenue erosion alerts",
            "version": version,
            "description": "Topics that the service reads and keeps, and what stands in them.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": _operations(channels, ours, prefix),
    }


def _channel(topic: Topic, messages: Json, ours: Mapping[str, str]) -> Json:
    settings = {name: want.value for name, want in topic.settings.items()} | dict(topic.created)
    written: Json = {name: int(settings[name]) for name in _COUNTS if name in settings}
    written["cleanup.policy"] = [settings["cleanup.policy"]]
    binding: Json = {"topic": topic.name, "topicConfiguration": written, "bindingVersion": BINDING}
    if topic.ours:
        binding["partitions"] = int(topic.partitions.value)
    return {
        "address": topic.name,
        "description": ours.get(topic.name, "Events of operational systems, one in each record."),
        "messages": messages,
        "bindings": {"kafka": binding},
    }


def _messages(configuration: Configuration, topic: Topic, prefix: str) -> Json:
    if not topic.ours:
        sources = configuration.sources.items()
        here = {name: s for name, s in sources if s.kafka and s.kafka.topic == topic.name}
        found: Json = {}
        for name, source in here.items():
            found |= _of_source(configuration, name, source, alone=len(here) == 1)
        return found
    if topic.name == f"{prefix}.dead":
        came = {"description": "The value as it came, or its first kilobyte."}
        letter = _message(came, headers=_dead_headers())
        return {"letter": letter | {"contentType": "application/octet-stream"}}
    kind = "application/octet-stream"
    return {_id(topic.name): _message(_BYTES) | {"contentType": kind}}


def _of_source(configuration: Configuration, name: str, source: Source, *, alone: bool) -> Json:
    kind = _TYPES.get(source.format, "application/json")
    if source.format != "cloudevents":
        message = _message(_row(source)) | {"contentType": kind, "title": f"A row of {name}"}
        if source.format == "avro":
            message["bindings"]["kafka"] |= {
                "schemaIdLocation": "payload",
                "schemaIdPayloadEncoding": "4",
            }
        return {_id(name): message}
    return {
        _id(f"{name} {event}"): _message(_envelope(configuration, name, source, event, alone=alone))
        | {"contentType": kind, "name": event, "title": f"{event} of {name}"}
        for event in source.spoken
    }


def _envelope(
    configuration: Configuration, name: str, source: Source, event: str, *, alone: bool
) -> Json:
    """Return the schema of one type of event: the envelope, and the fields that are waited for."""
    data: Json = {"type": "object", "properties": {}}
    for path in needed_fields(configuration).get(event, ()):
        _put(data, path, _PLAIN)
    required = ["specversion", "id", "type", "time"]
    required += [] if alone else ["source"]
    required += ["subject"] if _starts_by_subject(configuration, event) else []
    return {
        "type": "object",
        "required": required,
        "properties": {
            "specversion": {"const": "1.0"},
            "id": _TEXT,
            "source": {"enum": [name, *source.names]},
            "type": {"const": event},
            "time": _TIME,
            "subject": _NAME | {"description": "The case."},
            "unit": _NAME,
            "customer": _NAME,
            "via": _NAME,
            "provenance": _NAME,
            "recordedtime": _TIME,
            "data": data,
        },
    }


def _starts_by_subject(configuration: Configuration, event: str) -> bool:
    """Tell whether an event begins cases, and no field of its data could name them."""
    cases = set()
    for touchpoint in configuration.touchpoints.values():
        measure = touchpoint.measure
        starts = measure.count if isinstance(measure, Ratio) else measure.start
        cases |= {touchpoint.case for pattern in starts if pattern.event == event}
    return bool(cases) and not any(case.startswith("data.") for case in cases)


def _row(source: Source) -> Json:
    row: Json = {"type": "object", "properties": {}}
    for target, column in (source.map or {}).items():
        if isinstance(column, Constant):
            continue
        schema = _PLAIN | {"description": f"Read as {target}."}
        _put(row, column, schema, required=target in ("id", "time", "type"))
    return row


def _put(schema: Json, path: str, inner: Json, *, required: bool = False) -> None:
    """Put a field at a dotted path into a schema of an object."""
    head, _, rest = path.partition(".")
    if required:
        schema["required"] = sorted({*schema.get("required", ()), head})
    if not rest:
        schema["properties"].setdefault(head, inner)
        return
    below = schema["properties"].get(head)
    if below is None or "properties" not in below:
        below = schema["properties"][head] = {"type": "object", "properties": {}}
    _put(below, rest, inner, required=required)


def _message(payload: Json, headers: Json | None = None) -> Json:
    binding = {"key": {"description": "Any bytes."}, "bindingVersion": BINDING}
    found: Json = {"payload": payload, "bindings": {"kafka": binding}}
    return found | ({"headers": headers} if headers else {})


def _dead_headers() -> Json:
    texts: Json = {f"{PREFIX}{name}": {"type": "string"} for name in (*NAMES, *CUT_NAMES)}
    texts[f"{PREFIX}reason"]["enum"] = [reason.value for reason in Reason]
    return {"type": "object", "properties": texts, "required": [PREFIX + n for n in NAMES]}


def _operations(channels: Json, own: Mapping[str, str], prefix: str) -> Json:
    """Return who reads and who writes: the intake what comes in, the engine the rest."""
    found: Json = {}
    for key, channel in channels.items():
        ours = channel["address"] in own
        link = {"channel": {"$ref": f"#/channels/{key}"}}
        if channel["address"] != f"{prefix}.dead":
            group = {"type": "string", "enum": [f"{prefix}-{'engine' if ours else 'intake'}"]}
            kafka = {"groupId": group, "bindingVersion": BINDING}
            found[f"read_{key}"] = {"action": "receive", **link, "bindings": {"kafka": kafka}}
        if ours:
            found[f"write_{key}"] = {"action": "send", **link}
    return found


def _id(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name)
