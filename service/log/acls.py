"""What each role may do, as lines for kafka-acls.sh; no role may create, change or delete a topic.

Rights are given by prefix, since our own topics share one.  One user for everything was rejected:
the intake meets bytes from everywhere, and must not be able to write checkpoints.  Idempotent
producers need no right of their own any more: Write on a topic is enough for them.
"""

from collections.abc import Iterable, Iterator

ROLES = ("intake", "engine", "door", "admin")


def acl_lines(prefix: str, raw: Iterable[str], servers: str) -> Iterator[str]:
    """Yield the commands, role by role; who has other names for them changes `User:`."""
    sources = "".join(f" --topic {name}" for name in sorted(set(raw)))
    begin = f"kafka-acls.sh --bootstrap-server {servers} --add --allow-principal User:{prefix}-"
    dotted = f"--resource-pattern-type prefixed --topic {prefix}."
    dashed = f"--resource-pattern-type prefixed --topic {prefix}-"
    if sources:
        yield f"{begin}intake --operation Read{sources}"
    yield f"{begin}intake --operation Read --operation Write {dotted}"
    yield f"{begin}intake --operation Read --group {prefix}-intake"
    yield f"{begin}engine --operation Read --operation Write {dotted}"
    yield f"{begin}engine --operation Read --operation Write {dashed}"
    yield f"{begin}engine --operation Read --group {prefix}-engine"
    yield f"{begin}door --operation Write --topic {prefix}.door"
    yield f"{begin}door --operation Read --topic {prefix}.control"
    every = "--operation Describe --operation DescribeConfigs"
    yield f"{begin}admin --operation Create {every} {dotted}"
    yield f"{begin}admin --operation Create {every} {dashed}"
    if sources:
        yield f"{begin}admin {every}{sources}"
