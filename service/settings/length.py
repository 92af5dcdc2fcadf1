"""Lengths of time and shares as people write them: `15m`, `4h open`, `2 open days`, `90%`.

Every value becomes an integer here (milliseconds, days, hundredths of a percent), because the
engine's state holds no floats.  Compound forms (`1h30m`) and fractions (`1.5h`) were rejected:
one way of writing each length keeps files comparable.
"""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator

from service.engine.plan import Span

UNIT_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
HUNDREDTHS = 100
WHOLE = 10_000
_LENGTH = re.compile(r"(\d{1,7})(s|m|h|d)( open)?")
_DAYS = re.compile(r"(\d{1,4}) open days?")
_SHARE = re.compile(r"(\d{1,3})(?:\.(\d{1,2}))?%")
_OBJECTIVE = re.compile(r"(\S+) over (.+)")
_FORMS = "write a length as 90s, 15m, 1h open, 4d or 2 open days"


def parse_span(text: object) -> Span:
    """Return the span that a text means; raise ValueError with the forms that exist."""
    if isinstance(text, str) and (found := _DAYS.fullmatch(text)):
        return _positive(Span("open_days", int(found[1])), text)
    found = _LENGTH.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f"cannot read {text!r} as a length of time; {_FORMS}")
    if found[2] == "d" and found[3]:
        raise ValueError(f"{text!r} could mean two things; write `{found[1]} open days` or hours")
    amount = int(found[1]) * UNIT_MS[found[2]]
    return _positive(Span("open" if found[3] else "elapsed", amount), text)


def parse_elapsed(text: object) -> int:
    """Return the milliseconds of a length that knows no opening hours."""
    span = parse_span(text)
    if span.kind != "elapsed":
        raise ValueError(f"{text!r} counts opening hours, which have no meaning here; {_FORMS}")
    return span.amount


def parse_share(text: object) -> int:
    """Return a share in hundredths of a percent: 90% is 9000."""
    found = _SHARE.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f"cannot read {text!r} as a share; write it as 90% or 99.5%")
    share = int(found[1]) * HUNDREDTHS + int((found[2] or "").ljust(2, "0"))
    if share > WHOLE:
        raise ValueError(f"a share is at most 100%, not {text}")
    return share


def parse_objective(text: object) -> tuple[int, Span]:
    """Return the share and the window of an objective such as `90% over 28d`."""
    found = _OBJECTIVE.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f"cannot read {text!r} as an objective; write it as 90% over 28d")
    return parse_share(found[1]), parse_span(found[2])


def span_text(span: Span) -> str:
    """Return a span as people write it, in the largest unit that divides it."""
    if span.kind == "open_days":
        return f"{span.amount} open day{'s' if span.amount > 1 else ''}"
    tail = " open" if span.kind == "open" else ""
    units = UNIT_MS if span.kind == "elapsed" else {name: UNIT_MS[name] for name in "smh"}
    name = max((name for name in units if span.amount % units[name] == 0), key=units.__getitem__)
    return f"{span.amount // units[name]}{name}{tail}"


def share_text(share: int) -> str:
    """Return hundredths of a percent as people write them."""
    whole, rest = divmod(share, HUNDREDTHS)
    return f"{whole}.{rest:02}".rstrip("0").rstrip(".") + "%"


def _positive(span: Span, text: Any) -> Span:
    if span.amount == 0:
        raise ValueError(f"{text!r} is no time at all; {_FORMS}")
    return span


Length = Annotated[Span, BeforeValidator(parse_span, json_schema_input_type=str)]
Elapsed = Annotated[int, BeforeValidator(parse_elapsed, json_schema_input_type=str)]
Share = Annotated[int, BeforeValidator(parse_share, json_schema_input_type=str)]
Objective = Annotated[
    tuple[int, Span], BeforeValidator(parse_objective, json_schema_input_type=str)
]
