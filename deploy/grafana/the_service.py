"""The service itself: what comes in, how far it is, what goes out, what is full."""

from deploy.grafana.board import Board, Panel, Row

BOARD = Board(
    "erosion-service",
    "The service itself",
    "For whoever runs it; each alert of deploy/prometheus has its panel here.",
    (
        Row(
            "What comes in",
            (
                Panel(
                    "Events a minute, by what became of them",
                    "`too_late` and `future` are clocks or delays at the source; `unheard` nobody listens to.",
                    (("sum by (result) (rate(erosion_events_total[5m])) * 60", "{{result}}"),),
                    decimals=1,
                ),
                Panel(
                    "Inputs turned away a minute, by reason",
                    "Look at them: `erosion quarantine list`; try them again when mended.",
                    (("sum by (reason) (rate(erosion_rejected_total[5m])) * 60", "{{reason}}"),),
                    decimals=1,
                ),
                Panel(
                    "Sources that are silent",
                    "1 means that absences are not judged: no neglected customer is invented.",
                    (("max by (source) (erosion_source_silent)", "{{source}}"),),
                    kind="stat",
                    width=16,
                    height=4,
                ),
                Panel(
                    "Kept whole in quarantine",
                    "At its limit only the heads of the oldest stay.",
                    (("max(erosion_quarantine_bodies)", "inputs"),),
                    kind="stat",
                    width=8,
                    height=4,
                ),
            ),
        ),
        Row(
            "How far it is",
            (
                Panel(
                    "Behind now, by touchpoint",
                    "Grows with a silent source or a service that cannot keep up.",
                    (
                        (
                            "time() - min by (touchpoint) (erosion_watermark_timestamp_seconds > 0)",
                            "{{touchpoint}}",
                        ),
                    ),
                    unit="s",
                    decimals=None,
                ),
                Panel(
                    "In the log, not judged yet",
                    "Chunks by shard. A line that grows needs a worker, or a faster one.",
                    (
                        (
                            "max by (shard) (erosion_log_end_seq) - max by (shard) (erosion_log_folded_seq)",
                            "{{shard}}",
                        ),
                    ),
                ),
                Panel(
                    "Records not in the log yet",
                    "By topic, on Kafka. A line that grows needs another intake; HTTP waits for its answer.",
                    (("sum by (topic) (erosion_raw_records_behind)", "{{topic}}"),),
                ),
                Panel(
                    "Held, of what has a limit",
                    "At a limit the oldest cases end as unknown, counted; raise memory or split shards.",
                    (
                        (
                            "max by (what) (erosion_limit_used) / on(what) max by (what) (erosion_limit)",
                            "{{what}}",
                        ),
                    ),
                    unit="percentunit",
                    decimals=1,
                ),
                Panel(
                    "Cases in memory",
                    "Open ones, and finished ones that may still be corrected.",
                    (("sum by (touchpoint) (erosion_cases)", "{{touchpoint}}"),),
                ),
                Panel(
                    "Since each process last finished its work",
                    "Above a minute the service stands still: read its log, restart it.",
                    (
                        (
                            "time() - (erosion_heartbeat_timestamp_seconds > 0)",
                            "{{job}} {{instance}}",
                        ),
                    ),
                    unit="s",
                    kind="stat",
                ),
            ),
        ),
        Row(
            "What goes out",
            (
                Panel(
                    "Deliveries a minute, by channel and result",
                    "`erosion deliveries` says why one failed, and when it is tried again.",
                    (
                        (
                            "sum by (channel, result) (rate(erosion_deliveries_total[5m])) * 60",
                            "{{channel}} {{result}}",
                        ),
                    ),
                    decimals=1,
                ),
                Panel(
                    "Messages that wait",
                    "A channel that grows is down or slow; people are told by another way.",
                    (("max by (channel) (erosion_messages_waiting)", "{{channel}}"),),
                ),
                Panel(
                    "Age of the oldest message not delivered",
                    "Nothing waits where there is no line.",
                    (
                        (
                            "time() - min by (channel) (erosion_oldest_message_timestamp_seconds > 0)",
                            "{{channel}}",
                        ),
                    ),
                    unit="s",
                    decimals=None,
                ),
                Panel(
                    "What should have happened and has not",
                    "0 while all is well; the log says about whom.",
                    (("max by (kind) (erosion_audit_findings)", "{{kind}}"),),
                    kind="stat",
                ),
            ),
        ),
        Row(
            "What it stands on",
            (
                Panel(
                    "Configuration and plan",
                    "0 means that the last configuration read was wrong and the one before holds.",
                    (
                        ("min(erosion_config_last_reload_successful)", "last read in order"),
                        ("max(erosion_plan_number)", "plan"),
                    ),
                    kind="stat",
                    width=8,
                    height=4,
                ),
                Panel(
                    "No room on the disk",
                    "1 while commits find no room: it keeps delivering, and takes events again alone.",
                    (("max(erosion_storage_full)", "full"),),
                    kind="stat",
                    width=8,
                    height=4,
                ),
                Panel(
                    "Age of the newest checkpoint",
                    "A quiet service takes one a day; older, and a restart takes long.",
                    (
                        (
                            "time() - max by (shard) (erosion_checkpoint_timestamp_seconds > 0)",
                            "{{shard}}",
                        ),
                    ),
                    unit="s",
                    kind="stat",
                    width=8,
                    height=4,
                ),
                Panel(
                    "Until our certificates end",
                    "Put a new one in its place and start the process again. Without TLS there is none.",
                    (
                        (
                            "min by (shown_to) (erosion_certificate_expiry_timestamp_seconds) - time()",
                            "shown to {{shown_to}}",
                        ),
                    ),
                    unit="s",
                    kind="stat",
                    width=8,
                    height=4,
                ),
                Panel(
                    "Processes, by version",
                    "Two versions for an hour: an upgrade stands half way.",
                    (("count by (version) (erosion_build_info)", "{{version}}"),),
                    kind="stat",
                    width=8,
                    height=4,
                ),
                Panel(
                    "Rows deleted for their age in a day",
                    "Retention at work; none for a day on a large store is worth a look.",
                    (("sum by (table) (increase(erosion_retired_rows_total[1d]))", "{{table}}"),),
                ),
                Panel(
                    "Checkpoints in an hour",
                    "Without them a restart folds more of the log again.",
                    (("sum by (result) (increase(erosion_checkpoints_total[1h]))", "{{result}}"),),
                ),
            ),
        ),
    ),
    start="now-24h",
)
