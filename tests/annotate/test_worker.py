"""The child process: answers, deadlines, death, and limits that hold."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from annotate.errors import PageError
from annotate.pages import DocumentInfo, OpenRequest, RenderRequest
from annotate.worker import Worker

MODULE = "annotate.page_worker"


@pytest.fixture
def descriptor(make_pdf: object) -> Iterator[int]:
    assert callable(make_pdf)
    opened = os.open(make_pdf(), os.O_RDONLY)
    yield opened
    os.close(opened)


def test_questions_are_answered_and_failures_have_their_code(descriptor: int) -> None:
    worker = Worker(MODULE, descriptor)
    try:
        with pytest.raises(PageError) as caught:
            worker.ask(msgspec.msgpack.encode(RenderRequest(0, 1, (0, 0, 9, 9))), deadline_s=20)
        assert caught.value.code == "unreadable"
        header, blob = worker.ask(msgspec.msgpack.encode(OpenRequest("application/pdf")), deadline_s=20)
        assert msgspec.msgpack.decode(header, type=DocumentInfo).sizes_pt == ((300, 200),)
        assert blob == b""
        with pytest.raises(PageError) as caught:
            worker.ask(b"\xc1 no request", deadline_s=20)
        assert caught.value.code == "unreadable"
        _, pixels = worker.ask(msgspec.msgpack.encode(RenderRequest(0, 1, (0, 0, 30, 20))), deadline_s=20)
        assert len(pixels) == 30 * 20 * 3
        limits = Path(f"/proc/{worker.pid}/limits").read_text()
        assert next(line.split()[3:5] for line in limits.splitlines() if line.startswith("Max file size")) == ["0", "0"]
        space = next(line.split()[3] for line in limits.splitlines() if "address space" in line)
        assert int(space) < 4 << 30
    finally:
        worker.kill()
    assert not Path(f"/proc/{worker.pid}").exists()
    worker.kill()


def test_a_child_that_does_not_answer_is_stopped_at_the_deadline(descriptor: int) -> None:
    worker = Worker(MODULE, descriptor)
    os.kill(worker.pid, signal.SIGSTOP)  # alive, silent
    start = time.monotonic()
    with pytest.raises(PageError) as caught:
        worker.ask(msgspec.msgpack.encode(OpenRequest("application/pdf")), deadline_s=0.2)
    assert caught.value.code == "timed_out"
    assert time.monotonic() - start < 5
    assert not Path(f"/proc/{worker.pid}").exists()


def test_a_child_that_dies_is_reported(descriptor: int) -> None:
    worker = Worker(MODULE, descriptor)
    os.kill(worker.pid, signal.SIGSEGV)
    with pytest.raises(PageError) as caught:
        worker.ask(msgspec.msgpack.encode(OpenRequest("application/pdf")), deadline_s=20)
    assert caught.value.code == "crashed"
