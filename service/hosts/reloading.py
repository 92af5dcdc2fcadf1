"""A new configuration while the service runs: read, tried on a copy, kept, and only then in force.

The preview is no estimate.  A copy of the process takes the plan, lets every open case move to it,
and says what became of them; the copy is thrown away.  A configuration that is wrong changes
nothing, and every problem is told with its place.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Lock

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from alerts.desk import Desk
from alerts.directory import Directory
from service import metrics
from service.engine.fold import Engine
from service.engine.plan import Plan
from service.engine.plan_data import to_data
from service.engine.values import Chunk
from service.errors import BusyError, ConfigurationError, ErosionError
from service.hosts.beginning import same
from service.hosts.clock import now_ms
from service.hosts.forking import Copy
from service.hosts.writer import Writer
from service.intake.decode import Decoder
from service.logs import logger
from service.loop import Loop
from service.settings import Compiled, Settings, compile_settings, load
from service.settings.last_good import keep
from service.weekly.sending import World

PREVIEW_S = 60.0


@dataclass(frozen=True, slots=True)
class Effects:
    """State what a new plan does, in whole numbers."""

    is_new: bool
    open_cases: int = 0
    due_moved: int = 0
    cases_ended: int = 0
    opened: int = 0
    resolved: int = 0
    withdrawn: int = 0


class Reloader:
    """Take a changed configuration into force, one at a time."""

    def __init__(
        self, config: Path, data: Path, writer: Writer, loop: Loop, decoder: Decoder
    ) -> None:
        """Take where the configuration stands, and the parts that it is for."""
        self._config = config
        self._data = data
        self._writer = writer
        self._loop = loop
        self._decoder = decoder
        self._lock = Lock()
        self._world: World | None = None

    def directory(self) -> Directory | None:
        """Return the world as the desk knows it now."""
        desk = self._loop.desk
        return None if desk is None else desk.directory

    def world(self) -> World | None:
        """Return the configuration that was taken last, as written and as compiled."""
        return self._world

    def know(self, settings: Settings, compiled: Compiled) -> None:
        """Remember what is in force, so that whoever reads it as written reads the same."""
        self._world = World(settings, compiled)

    def keep(self, settings: Settings) -> None:
        """Remember a configuration as the last good one."""
        keep(settings, self._data)
        metrics.CONFIG_GOOD.set(1)
        metrics.CONFIG_AT.set(now_ms() // 1000)

    def reload(self, *, dry_run: bool) -> Effects:
        """Read the configuration and take it into force; raise ConfigurationError if it is wrong.

        With `dry_run` only say what it would do.
        """
        with self._lock:
            try:
                settings = load(self._config)
                compiled = compile_settings(settings)
            except ConfigurationError:
                metrics.CONFIG_GOOD.set(0)
                raise
            effects = self._preview(compiled.plan)
            if dry_run:
                return effects
            self.keep(settings)
            desk = Desk(compiled.directory)
            if effects.is_new:
                number = self._loop.engine.plan.number + 1
                numbered = replace(compiled.plan, number=number)
                self._writer.control(
                    lambda now: Chunk(now, (), to_data(numbered)),
                    lambda: self._swap(numbered, desk),
                )
            else:
                self._loop.desk = desk
            self.know(settings, compiled)
            return effects

    def on_signal(self) -> None:
        """Reload because a signal asks for it; what is wrong goes to the log."""
        try:
            effects = self.reload(dry_run=False)
        except ConfigurationError as error:
            for problem in error.problems:
                logger().error("the configuration is wrong, nothing was changed", detail=problem)
        except Exception as error:  # noqa: BLE001 - nobody waits for this thread
            logger().error("the configuration was not taken", detail=str(error))
        else:
            logger().info("configuration taken", **asdict(effects))

    def _swap(self, plan: Plan, desk: Desk) -> None:
        """Let door and desk follow, once the plan is durable and before it is folded."""
        self._decoder.adopt(plan)
        self._loop.desk = desk

    def _preview(self, plan: Plan) -> Effects:
        engine = self._loop.engine
        if same(engine.plan, plan):
            return Effects(is_new=False)
        copy: Copy = self._writer.call(lambda _: Copy(lambda: _tried(self._loop.engine, plan)))
        answer = copy.poll(PREVIEW_S)
        if not answer:
            raise BusyError(
                "the new plan could not be tried beforehand", "see the log, then try again"
            )
        return Effects(**json.loads(answer))


def _tried(engine: Engine, plan: Plan) -> bytes:
    """Let an engine, which is a copy, take a plan, and say what became of its cases."""
    numbered = replace(plan, number=engine.plan.number + 1)
    before = sum(
        case.standing == "open" for track in engine.tracks for case in track.cases.values()
    )
    frames = engine.fold(Chunk(engine.now, (), to_data(numbered)))
    moved = engine.moved
    while engine.is_moving:
        frames += engine.fold(Chunk(engine.now))
    said = [signal.transition.value for frame in frames for signal in frame.signals]
    ended = {(o.touchpoint, o.case) for f in frames for o in f.outcomes if o.outcome == "unknown"}
    effects = Effects(
        is_new=True,
        open_cases=before,
        due_moved=moved(),
        cases_ended=len(ended),
        opened=said.count("opened"),
        resolved=said.count("resolved"),
        withdrawn=said.count("withdrawn"),
    )
    return json.dumps(asdict(effects)).encode()


def reload_route(reloader: Reloader) -> Route:
    """Return the route that takes a changed configuration into force, or says what it would do."""

    async def take(request: Request) -> Response:
        dry_run = request.query_params.get("dry_run", "") in ("1", "true")
        reload: Callable[[], Effects] = lambda: reloader.reload(dry_run=dry_run)  # noqa: E731 - handed to a thread
        try:
            effects = await run_in_threadpool(reload)
        except ConfigurationError as error:
            return JSONResponse({"problems": error.problems}, status_code=422)
        except ErosionError as error:
            return JSONResponse({"error": str(error)}, status_code=503)
        return JSONResponse(asdict(effects) | {"dry_run": dry_run})

    return Route("/v1/reload", take, methods=["POST"])
