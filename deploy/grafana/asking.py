"""Questions about what is stored, each answered once however many processes tell it.

Every desk reads the same rows and tells the same figures, so a plain sum over processes would count
people as often as there are desks, and a join would be refused.  Labelling one desk as the one that
counts was rejected: it would be the one that is down.
"""

from service.board import measures, unit_measures

_LABELS = {name: labels for name, (_, labels) in measures.GAUGES.items()}
_LABELS |= dict.fromkeys(unit_measures.GAUGES, unit_measures.LABELS)
_LABELS |= {
    "erosion_scorecard_lead_seconds": ("survey", "of"),
    "erosion_scorecard_drops": ("survey", "result"),
    "erosion_scorecard_warnings": ("survey", "result"),
    "erosion_customers_week": (),  # asked for one flow at a time
}


def stored(name: str, where: str = "", ago: str = "") -> str:
    """Return the question for a stored gauge, at an offset if there is one."""
    labels = ", ".join(_LABELS[name])
    by = f" by ({labels})" if labels else ""
    return f"max{by} ({name}{where}{ago and f' offset {ago}'})"
