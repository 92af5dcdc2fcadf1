"""Customers first: who joined and left, what was promised, who waits, how early we knew."""

from deploy.grafana.asking import stored
from deploy.grafana.board import (
    ALERTS_OF,
    CALL_LIST,
    OPEN_ALERTS,
    UNIT,
    Board,
    Panel,
    Row,
    Variable,
)

_CHOSEN = '{touchpoint=~"$touchpoint"}'
_OR_A_FEED = '{touchpoint=~"$touchpoint|"}'  # an alert about a feed has no touchpoint
_UNITS = '{touchpoint=~"$touchpoint", unit!="other"}'
_WAITING = stored("erosion_people_waiting", _CHOSEN)
_STAGE = f"* on(touchpoint) group_left(stage) {stored('erosion_touchpoint_info')}"


def _flow(name: str) -> str:
    return stored("erosion_customers_week", f'{{flow="{name}"}}')


def _week(title: str, says: str, asked: str) -> Panel:
    return Panel(title, says, ((asked, ""),), kind="stat", width=6, height=4)


def _stage(outcomes: str) -> str:
    counted = stored("erosion_promises_counted", f'{{outcome=~"{outcomes}"}}')
    return f"sum by (stage) ({counted} {_STAGE})"


BOARD = Board(
    "erosion-customers",
    "Customers first",
    "The seven questions of the customer room, in its order.",
    (
        Row(
            "1 Did we earn the right to grow? The last full week",
            (
                _week(
                    "People who joined",
                    "Whole people of the last full week. Read it in one breath with those who left.",
                    _flow("joined"),
                ),
                _week(
                    "People who left",
                    "Ask why: `erosion digest` names the reasons and the promises broken to them before.",
                    _flow("left"),
                ),
                _week(
                    "More people",
                    "Joined minus left. Below zero: marketing only fills a leaking bowl.",
                    f"{_flow('joined')} - {_flow('left')}",
                ),
                _week(
                    "Left without a word",
                    "People who went quiet. Nobody can ask them why any more: look at what they lived.",
                    _flow("quiet"),
                ),
            ),
        ),
        Row(
            "2 A walk through their lives: the last seven days, stage by stage",
            (
                Panel(
                    "Promises made",
                    "Cases that began, the open ones too. A stage without any may have a dead feed: row 7.",
                    ((_stage(".+"), "{{stage}}"),),
                    kind="stat",
                    width=8,
                    height=5,
                ),
                Panel(
                    "Promises kept",
                    "Read beside the two others; a share without its counts says nothing.",
                    ((_stage("kept"), "{{stage}}"),),
                    kind="stat",
                    width=8,
                    height=5,
                ),
                Panel(
                    "Promises broken",
                    "Late at the deadline, answered or not. Open the touchpoint with most below.",
                    ((_stage("late"), "{{stage}}"),),
                    kind="stat",
                    width=8,
                    height=5,
                ),
                Panel(
                    "Judgements an hour, by outcome",
                    "A rise of `unknown` is a feed; a rise of `late` is people. Corrections stand apart.",
                    (
                        (
                            f"sum by (outcome) (increase(erosion_promises_judged_total{_CHOSEN}[1h]))",
                            "{{outcome}}",
                        ),
                    ),
                    width=16,
                ),
                Panel(
                    "Judgements taken back in a day",
                    "Facts that came late and changed an outcome. Many: the source's `wait` is too short.",
                    (
                        (
                            f"sum by (was, became) (increase(erosion_corrections_total{_CHOSEN}[1d]))",
                            "{{was}} to {{became}}",
                        ),
                    ),
                    width=8,
                ),
            ),
        ),
        Row(
            "3 Who waits past the promise now",
            (
                Panel(
                    "People waiting, by how long on their own watch",
                    "Call who waits longest: `erosion waiting`, or the call-back page.",
                    ((f"sum by (band) ({_WAITING})", "{{band}}"),),
                    width=16,
                    to=CALL_LIST,
                ),
                Panel(
                    "People waiting now",
                    "Everybody past a promise without an answer, at the touchpoints chosen above.",
                    ((f"sum by (touchpoint) ({_WAITING})", "{{touchpoint}}"),),
                    kind="stat",
                    width=8,
                    to=ALERTS_OF,
                ),
            ),
        ),
        Row(
            "4 It depends on where you live",
            (
                Panel(
                    "Units at which most people wait",
                    "Few units with most of the people: help there. Many with a few each: look upstream.",
                    (
                        (
                            f"topk(10, sum by (unit) ({stored('erosion_unit_people_waiting', _UNITS)}))",
                            "{{unit}}",
                        ),
                    ),
                    width=12,
                    to=UNIT,
                ),
                Panel(
                    "Units with most broken promises in seven days",
                    "Of the 200 at which most people wait. A click leads to what people live there.",
                    (
                        (
                            f"topk(10, sum by (unit) ({stored('erosion_unit_promises_late', _UNITS)}))",
                            "{{unit}}",
                        ),
                    ),
                    width=12,
                    to=UNIT,
                ),
            ),
        ),
        Row(
            "5 Open alerts, and who has them",
            (
                Panel(
                    "Open alerts by owner",
                    "An alert that nobody has is escalated; `erosion ack` takes it.",
                    (
                        (
                            f"sum by (owner, level, taken) ({stored('erosion_alerts_open', _OR_A_FEED)})",
                            "{{owner}} {{level}}, taken: {{taken}}",
                        ),
                    ),
                    width=16,
                    to=OPEN_ALERTS,
                ),
                Panel(
                    "Commitments that are open",
                    "Never more than three: `erosion commit list`.",
                    ((stored("erosion_commitments_open"), ""),),
                    kind="stat",
                    width=8,
                ),
            ),
        ),
        Row(
            "6 How early did we know? The last ninety days",
            (
                Panel(
                    "From the first warning to the survey drop",
                    "The median, the worst tenth, the worst. Below zero we came too late.",
                    ((stored("erosion_scorecard_lead_seconds"), "{{survey}} {{of}}"),),
                    unit="s",
                    kind="stat",
                    width=8,
                    decimals=1,
                ),
                Panel(
                    "Survey drops",
                    "Warned of, and missed. The missed ones are listed by `erosion scorecard`.",
                    ((stored("erosion_scorecard_drops"), "{{survey}} {{result}}"),),
                    kind="stat",
                    width=8,
                ),
                Panel(
                    "Warnings, judged by the surveys",
                    "Empty ones tell a rule to be tightened; prevented ones count neither way.",
                    ((stored("erosion_scorecard_warnings"), "{{survey}} {{result}}"),),
                    kind="stat",
                    width=8,
                ),
            ),
        ),
        Row(
            "7 How fresh the facts are",
            (
                Panel(
                    "Since each source last spoke",
                    "A source that stopped makes its stage look better than it is.",
                    (
                        (
                            "time() - max by (source) (erosion_source_heard_timestamp_seconds > 0)",
                            "{{source}}",
                        ),
                    ),
                    unit="s",
                    decimals=None,
                    width=12,
                ),
                Panel(
                    "How far promises are judged behind now",
                    "Grows while a source is silent or the service is behind: see The service itself.",
                    (
                        (
                            f"time() - min by (touchpoint) (erosion_watermark_timestamp_seconds{_CHOSEN} > 0)",
                            "{{touchpoint}}",
                        ),
                    ),
                    unit="s",
                    decimals=None,
                    width=12,
                ),
            ),
        ),
    ),
    (Variable("touchpoint", "Touchpoint", "label_values(erosion_touchpoint_info, touchpoint)"),),
)
