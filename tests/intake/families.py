"""Families of bad inputs: one good event with one thing wrong, in every way we could think of."""

import json
from collections.abc import Callable, Iterator
from typing import Any

Event = dict[str, Any]
Member = tuple[str, Any]

NO_CASE: tuple[Any, ...] = (None, True, 1.5, [], {}, "", [1])
NO_TEXT: tuple[Any, ...] = (None, True, 1, 1.5, [], {}, "", ["x"], {"a": "b"})
TIMES = """now|today|0|-1|1789369200|2026|2026-9-14|2026-13-01T00:00:00Z|2026-02-30T00:00:00Z
2026-09-14T24:00:00Z|2026-09-14T23:60:00Z|2026-09-14T23:59:60Z|2026-09-14T09:00:00|2026-09-14
2026-09-14T09:00:00 Europe/Berlin|2026-09-14T09:00:00+2:00|2026-09-14T09:00:00+99:00|14.09.2026 09:00
09/14/2026|2026-09-14T09:00:00+02:00Z|Mon, 14 Sep 2026 09:00:00 GMT|0001-01-01T00:00:00+14:00
0000-01-01T00:00:00Z|9999-12-31T23:59:59Z|1970-01-01T00:00:00Z|1969-12-31T23:59:59Z|2101-01-01T00:00:00Z
10000-01-01T00:00:00Z|-2026-09-14T09:00:00Z|P1D|2026-09-14T09:00:00.1.2Z|T09:00:00Z|2026-W38-1T09
\uff12\uff10\uff12\uff16-09-14T09:00:00Z| 2026-09-14T09:00:00Z|2026-09-14T09:00:00Z |NaN|null|1e9|1,789,369,200
2026-09-14T09:00:00Z[Europe/Berlin]|2026-09-14T9:00:00Z|2026-09-14T09:00:00z0"""
VERSIONS: tuple[Any, ...] = (
    "0.1",
    "0.3",
    "1",
    "1.1",
    "2.0",
    "",
    " 1.0",
    "v1.0",
    1,
    1.0,
    None,
    True,
    [],
)
SOURCES = (
    "nobody",
    "CRM",
    "crm ",
    " crm",
    "\u0441rm",
    "crm\u200b",
    "crm/",
    "crm.",
    "phon",
    "*",
    "../crm",
)
TYPES = (
    "aks",
    "Ask",
    "ask ",
    "asks",
    "call",
    "ASK",
    "ask.v1",
    "ask\u200b",
    "answer.",
    "*",
    "a\u0455k",
)
NO_OBJECTS = (
    "null",
    "true",
    "false",
    "1",
    "-1.5",
    '""',
    '"text"',
    '"{}"',
    "[[]]",
    '[["a"]]',
    "[null]",
)
NUMBERS = (
    "NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1E+400", "1.5e309", "2e308",
    "1" + "0" * 40, "-1" + "0" * 40, "9" * 309, "9" * 4300, "9" * 5000, "-" + "9" * 5000,
    "1" + "0" * 400 + ".5",
)  # fmt: skip
NO_JSON = (
    "{'id': 1}", "{id: 1}", '{"id": 01}', '{"id": +1}', '{"id": .5}', '{"id": 1.}', '{"id": 0x1}',
    '{"id": 1,}', '{,"id": 1}', '{"id" 1}', '{"id":: 1}', '{"id": 1 "type": 2}', '{"id": tru}',
    '{"id": True}', '{"id": None}', '{"id": undefined}', '{"id": "a\tb"}', '{"id": "a\\x41"}',
    '{"id": "\\u12"}', '{"id": "\\u12g4"}', '{"id": "\\"}', "{}{}", "{} {}", "{} x", "{}]", "}", "{",
    '{"id": 1}}', '// a\n{"id": 1}', '{"id": 1 /* a */}', "<event/>", "id,time\n1,2", "id=1&type=ask",
    '{"id": "a', '{"id"', "\u00a0{}", "\u2028{}", '{"id": 1e}', '{"id": 1e+}', '{"id": --1}', "{1: 2}",
    "{null: 2}", '{"id": -}', "\x1e{}", "data: {}", "%7B%7D", '{"id": -NaN}', "eyJpZCI6MX0=",
)  # fmt: skip
BYTES = (
    b"\xff", b"\xfe\xff\x00{", b"\xff\xfe{\x00", b"\x80", b"\xc0\xaf", b"\xe0\x80\xaf", b"\xed\xa0\x80",
    b"\xed\xbf\xbf", b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80", b"\xc3", b"\xe2\x82", b"\xf0\x9f\x98",
)  # fmt: skip
HALVES = ("\\ud800", "\\udfff", "\\ud800\\ud800", "\\udc00\\ud800", "a\\uDBFFb", "\\ud83d\\u0041")
CONTENT: tuple[Event, ...] = (
    {"datacontenttype": "application/xml", "data": "<a/>"},
    {"datacontenttype": "text/plain", "data": "a"},
    {"datacontenttype": "text/csv", "data": "a,b"},
    {"datacontenttype": "application/json; charset=utf-16", "data": "{}"},
    {"datacontenttype": "application/octet-stream", "data": [1]},
    {"datacontenttype": "", "data": 1},
    {"datacontenttype": "application/avro", "data_base64": "AAE="},
    {"data_base64": "e30="},
    {"datacontenttype": "application/json", "data_base64": "e30="},
)


def _with(good: Event, **changes: Any) -> str:
    return json.dumps(good | changes)


def _put(good: Event, text: str) -> str:
    """Return the event with something that json would not write as a value inside."""
    return _with(good, data={"x": "@"}).replace('"@"', text)


def wrong_types(good: Event) -> Iterator[Member]:
    """Fields that must be text and are not."""
    for field in ("source", "id", "type", "time"):
        yield field, json.dumps({name: value for name, value in good.items() if name != field})
        for value in NO_TEXT:
            yield field, _with(good, **{field: value})


def times(good: Event) -> Iterator[Member]:
    """Texts that are no instant, or one that nobody means."""
    for text in TIMES.replace("\n", "|").split("|"):
        yield "time", _with(good, time=text)
    for text in ("soon", "2026-09-14T09:00:00", "2026-13-01T00:00:00Z"):
        yield "time", _with(good, recordedtime=text)
        yield "time", _with(good, data={"recordedtime": text})


def names(good: Event) -> Iterator[Member]:
    """Sources, types and versions that look right and are not."""
    yield from (("source", _with(good, source=name)) for name in SOURCES)
    yield from (("type", _with(good, type=name)) for name in TYPES)
    yield from (("version", _with(good, specversion=value)) for value in VERSIONS)


def cases(good: Event) -> Iterator[Member]:
    """Starts that name no case."""
    yield "case", json.dumps({name: value for name, value in good.items() if name != "subject"})
    yield from (("case", _with(good, subject=value)) for value in NO_CASE)


def syntax(good: Event) -> Iterator[Member]:
    """What is no JSON, or no object."""
    yield from (("json", text) for text in NO_JSON)
    yield from (("json", text) for text in NO_OBJECTS)


def cut(good: Event) -> Iterator[Member]:
    """The good event cut off."""
    whole = json.dumps(good)
    yield from (("json", whole[:end]) for end in range(1, len(whole), 4))


def numbers(good: Event) -> Iterator[Member]:
    """Numbers that are none, or too long, in data and where nobody looks."""
    yield from (("number", _put(good, text)) for text in NUMBERS)
    yield from (("number", _put(good, f'[{{"y": [{text}]}}]')) for text in NUMBERS)
    yield "number", _with(good, extra="@").replace('"@"', "1e400")


def depth(good: Event) -> Iterator[Member]:
    """What is nested too deep, up to where a naive reader falls."""
    head, tail = _put(good, "@").split("@")
    for levels in (63, 64, 100, 198, 199, 500, 1000, 100_000):
        yield "depth", [[head, 1], ["[", levels], ["]", levels], [tail, 1]]
        yield "depth", [[head, 1], ['{"a":', levels], ["1", 1], ["}", levels], [tail, 1]]
    for levels in (65, 300, 50_000):
        yield "depth", [['{"a":[', levels // 2 + 1], ["1", 1], ["]}", levels // 2 + 1]]


def keys(good: Event) -> Iterator[Member]:
    """Objects in which a key stands twice, plain, written differently, or far inside."""
    whole = json.dumps(good)
    for name, value in good.items():
        yield "keys", whole[:-1] + f', "{name}": {json.dumps(value)}}}'
        yield "keys", f'{{"{name}" : null, ' + whole[1:]
    yield "keys", whole[:-1] + ', "\\u0069d": "2"}'
    yield "keys", whole[:-1] + ', "x": 1, "x"\t:\t1}'
    yield "keys", whole[:-1] + ', "": 1, "": 2}'
    yield "keys", whole[:-1] + ', "__proto__": {}, "__proto__": 1}'
    for inner in ('{"a":1,"a":1}', '{"a":1,"b":{"a":1},"a":":"}', '[{"a":1},{"b":1,"b":2}]'):
        yield "keys", _put(good, inner)


def texts(good: Event) -> Iterator[Member]:
    """Text that is no Unicode, or holds what other programs end a text at."""
    for field in good:
        yield "text", _with(good, **{field: "a@b"}).replace("@", "\\u0000")
    yield "text", _put(good, '{"a\\u0000": 1}')
    yield from (("text", _put(good, f'"{half}"')) for half in HALVES)
    yield from (("text", _put(good, f'{{"{half}": 1}}')) for half in HALVES)
    head, tail = _with(good, data={"x": "@"}).encode().split(b"@")
    yield from (("text", head + bad + tail) for bad in BYTES)


def sizes(good: Event) -> Iterator[Member]:
    """One event above 1 MiB, in one text, in many, or in blanks."""
    head, tail = _put(good, "@").split("@")
    yield "size", [[head, 1], ['"', 1], ["x", 1024 * 1024], ['"', 1], [tail, 1]]
    yield "size", [[head, 1], ["[", 1], ["1,", 524_288], ["1]", 1], [tail, 1]]
    yield "size", [[head, 1], [" ", 1024 * 1024], ["1", 1], [tail, 1]]
    yield "size", [[head, 1], ["[", 600_000], ["]", 600_000], [tail, 1]]
    yield "size", [[head, 1], ["9", 1024 * 1024], [tail, 1]]
    yield "size", [['{"', 1], ["k", 1024 * 1024], ['": 1}', 1]]


def content(good: Event) -> Iterator[Member]:
    """Data that is not JSON."""
    yield from (("content", _with(good, **changes)) for changes in CONTENT)


FAMILIES: dict[str, Callable[[Event], Iterator[Member]]] = {
    "wrong type": wrong_types,
    "time": times,
    "name": names,
    "case": cases,
    "syntax": syntax,
    "cut": cut,
    "number": numbers,
    "depth": depth,
    "keys": keys,
    "text": texts,
    "size": sizes,
    "content": content,
}
