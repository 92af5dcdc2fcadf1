"""The operations on commitments."""

from service.board import commitment_shapes as shapes
from service.board.access import ACT, READ
from service.board.committing import Committing
from service.board.office import Office
from service.board.operation import Asked, Operation

VIA = "http"


def commitment_operations(office: Office) -> tuple[Operation, ...]:
    """Return what can be done over HTTP about commitments."""
    work, out = _Work(Committing(office)), shapes.CommitmentOut
    every = "/v1/commitments"
    one = f"{every}/{{commitment}}"
    return (
        Operation("GET", every, READ, "List commitments", work.listed, out, True, shapes.CommitmentQuery),
        Operation("POST", every, ACT, "Open a commitment", work.open, out, body=shapes.CommitmentIn, status=201),
        Operation("POST", f"{one}/review", ACT, "Look at a commitment again", work.review, out, body=shapes.ReviewIn),
        Operation("POST", f"{one}/close", ACT, "Close a commitment", work.close, out, body=shapes.CloseIn),
    )  # fmt: skip


class _Work:
    """Hold the work of each operation."""

    def __init__(self, committing: Committing) -> None:
        self._committing = committing

    def listed(self, asked: Asked) -> list[shapes.CommitmentOut]:
        found = self._committing.listed(asked.query.state, asked.query.limit)
        return [shapes.CommitmentOut.of(one) for one in found]

    def open(self, asked: Asked) -> shapes.CommitmentOut:
        return shapes.CommitmentOut.of(self._committing.open(asked.body, asked.person.name, VIA))

    def review(self, asked: Asked) -> shapes.CommitmentOut:
        name, note = asked.path["commitment"], asked.body.note
        return shapes.CommitmentOut.of(self._committing.review(name, note, asked.person.name, VIA))

    def close(self, asked: Asked) -> shapes.CommitmentOut:
        name, why = asked.path["commitment"], asked.body.why
        return shapes.CommitmentOut.of(self._committing.close(name, why, asked.person.name, VIA))
