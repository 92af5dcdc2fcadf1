"""What listens beside the courier: Slack's buttons over a connection that we make ourselves."""

import asyncio
from collections.abc import Callable, Coroutine

from starlette.concurrency import run_in_threadpool

from alerts.channels.slack_socket import SocketMode
from alerts.channels.slack_taps import Tap
from service.board.answers import tapped
from service.board.office import Office
from service.settings import ProcessSettings, Secrets


def listeners(
    process: ProcessSettings, secrets: Secrets, office: Office
) -> list[Callable[[asyncio.Event], Coroutine[None, None, None]]]:
    """Return what listens to Slack; nothing without the app's token."""
    token = secrets.hidden("slack_app_token")
    if token is None:
        return []

    async def on_tap(tap: Tap) -> None:
        await run_in_threadpool(tapped, office, tap)

    return [SocketMode(token, on_tap, process.slack_url).run]
