"""asyncio beside Qt: results, failures and the end, seen from another thread."""

import asyncio
import concurrent.futures
import threading
from collections.abc import Iterator

import pytest

from signaling.qt.loop import LoopThread

TIMEOUT_S = 10


@pytest.fixture
def crashes() -> list[BaseException]:
    return []


@pytest.fixture
def loop(crashes: list[BaseException]) -> Iterator[LoopThread]:
    thread = LoopThread("test-loop", crashes.append)
    thread.start()
    yield thread
    thread.stop()
    assert "test-loop" not in [one.name for one in threading.enumerate()]


def test_a_coroutine_runs_in_the_other_thread_and_gives_its_result(loop: LoopThread) -> None:
    async def where() -> str:
        await asyncio.sleep(0)
        return threading.current_thread().name

    assert loop.run(where()).result(TIMEOUT_S) == "test-loop"


def test_one_failure_does_not_take_the_others_with_it(loop: LoopThread, crashes: list[BaseException]) -> None:
    release = threading.Event()

    async def wait() -> str:
        await asyncio.to_thread(release.wait, TIMEOUT_S)
        return "alive"

    async def fail() -> None:
        raise LookupError("nothing there")

    waiting, failing = loop.run(wait()), loop.run(fail())
    with pytest.raises(LookupError, match="nothing there"):
        failing.result(TIMEOUT_S)
    release.set()
    assert waiting.result(TIMEOUT_S) == "alive"
    assert [type(one) for one in crashes] == [LookupError]


def test_a_plain_call_runs_in_the_loop_and_its_failure_is_reported(
    loop: LoopThread, crashes: list[BaseException]
) -> None:
    done = threading.Event()
    names: list[str] = []
    loop.call(names.append, "called")
    loop.call(lambda: 1 / 0)
    loop.call(done.set)
    assert done.wait(TIMEOUT_S)
    assert names == ["called"]
    assert [type(one) for one in crashes] == [ZeroDivisionError]


def test_cancelling_the_future_cancels_the_coroutine(loop: LoopThread) -> None:
    started, ended = threading.Event(), threading.Event()

    async def forever() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    future = loop.run(forever())
    assert started.wait(TIMEOUT_S)
    assert future.cancel()
    assert ended.wait(TIMEOUT_S)


def test_stop_cancels_what_runs_and_lets_it_clean_up(crashes: list[BaseException]) -> None:
    thread = LoopThread("stopped-loop", crashes.append)
    thread.start()
    started, cleaned = threading.Event(), threading.Event()

    async def careful() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.01)
            cleaned.set()

    future = thread.run(careful())
    assert started.wait(TIMEOUT_S)
    thread.stop()
    assert cleaned.is_set()
    with pytest.raises(concurrent.futures.CancelledError):
        future.result(TIMEOUT_S)
    assert crashes == []


def test_after_the_end_nothing_runs_and_nothing_breaks() -> None:
    thread = LoopThread("ended-loop")
    thread.start()
    thread.stop()
    thread.stop()
    called: list[int] = []

    async def late() -> None:
        called.append(1)

    thread.call(called.append, 2)
    assert thread.run(late()).cancelled()
    assert called == []
