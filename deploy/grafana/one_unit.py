"""One unit: what customers live at one place, for whoever was sent here by an alert."""

from deploy.grafana.asking import stored
from deploy.grafana.board import ALERTS_HERE, CALL_HERE, Board, Panel, Row, Variable

_HERE = '{unit="$unit"}'

BOARD = Board(
    "erosion-unit",
    "One unit",
    "What people live at one place; an alert's link chooses the unit and the time.",
    (
        Row(
            "Here, now",
            (
                Panel(
                    "People waiting past the promise",
                    "Call them first: `erosion waiting --unit UNIT` lists who waits longest.",
                    (
                        (
                            f"sum by (touchpoint) ({stored('erosion_unit_people_waiting', _HERE)})",
                            "{{touchpoint}}",
                        ),
                    ),
                    kind="stat",
                    width=8,
                    to=CALL_HERE,
                ),
                Panel(
                    "Promises kept in seven days",
                    "Beside it stand those that were broken.",
                    (
                        (
                            f"sum by (touchpoint) ({stored('erosion_unit_promises_kept', _HERE)})",
                            "{{touchpoint}}",
                        ),
                    ),
                    kind="stat",
                    width=8,
                ),
                Panel(
                    "Promises broken in seven days",
                    "`erosion alerts` says which rule spoke; `erosion why` shows the cases.",
                    (
                        (
                            f"sum by (touchpoint) ({stored('erosion_unit_promises_late', _HERE)})",
                            "{{touchpoint}}",
                        ),
                    ),
                    kind="stat",
                    width=8,
                    to=ALERTS_HERE,
                ),
            ),
        ),
        Row(
            "Here, over time",
            (
                Panel(
                    "People waiting past the promise over time",
                    "A fall is help that worked; a plateau overnight is the night.",
                    (
                        (
                            f"sum by (touchpoint) ({stored('erosion_unit_people_waiting', _HERE)})",
                            "{{touchpoint}}",
                        ),
                    ),
                    width=12,
                    to=CALL_HERE,
                ),
                Panel(
                    "Broken promises of the seven days before",
                    "Falls a week after things are mended, not before.",
                    (
                        (
                            f"sum by (touchpoint) ({stored('erosion_unit_promises_late', _HERE)})",
                            "{{touchpoint}}",
                        ),
                    ),
                    width=12,
                ),
            ),
        ),
    ),
    (
        Variable(
            "unit",
            "Unit",
            'label_values({__name__=~"erosion_unit_people_waiting|erosion_unit_promises_kept"}, unit)',
            is_many=False,
        ),
    ),
)
