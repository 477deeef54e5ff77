"""Runs asyncio in its own thread beside Qt, so that the window never waits for the network.

Coroutines given to ``run`` live in one TaskGroup of the loop's thread; ``stop`` cancels them all,
waits for them and joins the thread. A coroutine that fails does not take the others with it: the
failure is logged, handed to ``on_crash`` and kept in its future. Nothing here touches a widget.
"""

import asyncio
import concurrent.futures
import logging
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

logger = logging.getLogger(__name__)

T = TypeVar("T")


class LoopThread:
    """Start once, stop once. ``on_crash`` is called in the loop's thread."""

    def __init__(self, name: str = "net", on_crash: Callable[[BaseException], None] = lambda problem: None) -> None:
        self._on_crash = on_crash
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._main, name=name, daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self._running: set[asyncio.Task[None]] = set()
        self._stopping: asyncio.Event | None = None

    def start(self) -> None:
        """Start the thread; the loop is running when this returns."""
        self._thread.start()
        self._ready.wait()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> "concurrent.futures.Future[T]":
        """Run a coroutine in the loop; any thread may call. After ``stop`` the future is cancelled at once."""
        future: concurrent.futures.Future[T] = concurrent.futures.Future()
        try:
            self._call(self._adopt, coroutine, future)
        except RuntimeError:
            coroutine.close()
            future.cancel()
        return future

    def call(self, function: Callable[..., object], *arguments: object) -> None:
        """Call a plain function in the loop's thread; any thread may call. Ignored after ``stop``."""
        try:
            self._call(self._guarded, function, arguments)
        except RuntimeError:
            logger.debug("the loop has stopped, a call was ignored")

    def stop(self, timeout_s: float = 5.0) -> None:
        """Cancel everything and wait for the thread. May be repeated; not from the loop's own thread."""
        try:
            self._call(self._stop)
        except RuntimeError:
            logger.debug("the loop has stopped already")
        if self._thread.is_alive():
            self._thread.join(timeout_s)
            if self._thread.is_alive():
                logger.error("the loop did not stop within %.1f s", timeout_s)

    # --- in the loop's thread ---------------------------------------------------------------------

    def _call(self, function: Callable[..., object], *arguments: object) -> None:
        if self._loop is None:
            raise RuntimeError("the loop is not running")
        self._loop.call_soon_threadsafe(function, *arguments)

    def _main(self) -> None:
        asyncio.run(self._live())

    async def _live(self) -> None:
        self._stopping = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            self._loop = asyncio.get_running_loop()
            self._ready.set()
            await self._stopping.wait()
            self._tasks = None
            for task in self._running:
                task.cancel()
        self._loop = None

    def _stop(self) -> None:
        if self._stopping is not None:
            self._stopping.set()

    def _adopt(self, coroutine: Coroutine[Any, Any, T], future: "concurrent.futures.Future[T]") -> None:
        if self._tasks is None:
            coroutine.close()
            future.cancel()
            return
        task = self._tasks.create_task(self._settle(coroutine, future), name=_name(coroutine))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        future.add_done_callback(lambda done: self._cancel_if(done, task))

    async def _settle(self, coroutine: Coroutine[Any, Any, T], future: "concurrent.futures.Future[T]") -> None:
        """Carry the outcome into the future; only cancellation leaves."""
        try:
            result = await coroutine
        except asyncio.CancelledError:
            future.cancel()
            raise
        except BaseException as problem:
            logger.exception("%s failed", _name(coroutine))
            if not future.cancelled():
                future.set_exception(problem)
            self._on_crash(problem)
        else:
            if not future.cancelled():
                future.set_result(result)

    def _cancel_if(self, future: "concurrent.futures.Future[T]", task: "asyncio.Task[None]") -> None:
        if future.cancelled():
            self.call(task.cancel)

    def _guarded(self, function: Callable[..., object], arguments: tuple[object, ...]) -> None:
        try:
            function(*arguments)
        except Exception as problem:
            logger.exception("a call in the loop failed")
            self._on_crash(problem)


def _name(coroutine: Coroutine[Any, Any, Any]) -> str:
    return str(getattr(coroutine, "__qualname__", "coroutine"))
