"""How a receiver is reached: one block for each channel, and exactly one block in each entry."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from service.settings.block import Block, Name, Text


class Console(Block):
    """Write to the standard output."""


class Jsonl(Block):
    """Append a line to a file."""

    path: Text


class Email(Block):
    """Write to addresses; `{unit.column}` and `{region.column}` are filled from the files."""

    to: tuple[Text, ...] = Field(min_length=1)


class Slack(Block):
    """Post to a channel as the bot of `slack_bot_token`, or by the secret `slack_webhook_NAME`."""

    channel: Text | None = None
    webhook: Name | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.channel is None) is (self.webhook is None):
            raise ValueError("a slack reach has a `channel`, or without a bot a `webhook`")
        return self


class Webhook(Block):
    """Post to the secret address `webhook_NAME`, signed with `webhook_key_NAME`."""

    url: Name
    shape: Literal["standard", "alertmanager"] = "standard"


class Topic(Block):
    """Put CloudEvents on a topic of the brokers of EROSION_KAFKA."""

    topic: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,249}$")]


class Apprise(Block):
    """Send through the library Apprise, by the secret address `apprise_NAME`."""

    url: Name


class Reach(Block):
    """State one way of reaching somebody."""

    console: Console | None = None
    jsonl: Jsonl | None = None
    email: Email | None = None
    slack: Slack | None = None
    webhook: Webhook | None = None
    kafka: Topic | None = None
    apprise: Apprise | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError(f"name one channel here: {', '.join(type(self).model_fields)}")
        return self

    @property
    def channel(self) -> str:
        """Return the name of the channel."""
        return next(iter(self.model_fields_set))

    def settings(self) -> dict[str, object]:
        """Return the channel's settings as plain values."""
        block: Block = getattr(self, self.channel)
        return block.model_dump(exclude_none=True)
