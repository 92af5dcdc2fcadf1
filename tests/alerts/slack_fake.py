"""A Slack of our own on the loopback: it keeps messages, and answers to order."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web


class FakeSlack:
    """Post, edit, list; give the answers of `orders` first, by method."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.messages: dict[str, dict[str, Any]] = {}
        self.orders: dict[str, list[web.Response | None]] = {}
        self.url = ""

    def order(self, method: str, *answers: web.Response | None) -> None:
        """Answer the next calls of a method so; None does the work and then hangs up."""
        self.orders.setdefault(method, []).extend(answers)

    def methods(self) -> list[str]:
        """Return what was called."""
        return [method for method, _ in self.calls]

    async def answer(self, request: web.Request) -> web.Response:
        """Take one call."""
        method = request.match_info["method"]
        is_json = request.content_type == "application/json"
        assert is_json is method.startswith("chat.")
        body = dict(await request.json() if is_json else await request.post())
        assert request.headers["Authorization"] == "Bearer xoxb-T0P-S3CR3T"
        self.calls.append((method, body))
        orders = self.orders.get(method)
        given = orders.pop(0) if orders else True
        if isinstance(given, web.Response):
            return given
        done = web.json_response(self._do(method, body))
        if given is None and request.transport is not None:
            request.transport.close()
        return done

    def _do(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        if method == "chat.postMessage":
            stamp = f"100.{len(self.messages):06}"
            self.messages[stamp] = {**body, "ts": stamp}
            return {"ok": True, "channel": "C1", "ts": stamp}
        if method == "chat.update":
            if body["ts"] not in self.messages:
                return {"ok": False, "error": "message_not_found"}
            self.messages[body["ts"]] |= {"text": body["text"], "blocks": body["blocks"]}
            return {"ok": True, "channel": "C1", "ts": body["ts"]}
        under = body.get("ts")
        found = [m for m in self.messages.values() if m.get("thread_ts") == under]
        return {"ok": True, "messages": found}


def refusal(error: str, status: int = 200, **headers: str) -> web.Response:
    """Return an answer that says no."""
    return web.json_response({"ok": False, "error": error}, status=status, headers=headers)


@asynccontextmanager
async def slack_server() -> AsyncIterator[FakeSlack]:
    """Run the fake on a free port."""
    fake = FakeSlack()
    app = web.Application()
    app.router.add_post("/api/{method}", fake.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    try:
        yield fake
    finally:
        await runner.cleanup()
