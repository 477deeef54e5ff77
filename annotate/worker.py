"""Child processes that read strangers' files: both ends of the pipe, limits and deadlines.

The parent starts `python -m MODULE FD`, passes the document as an open descriptor and exchanges frames over
stdin and stdout: header length (4 bytes), blob length (8 bytes), header, blob. The child has limits on memory,
processor time and files, and is killed at its deadline, so a hostile file costs one page and not the program.
fork without exec never happens here: the parent may have threads (Qt, asyncio).
"""

from __future__ import annotations

import os
import resource
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Final

import msgspec

from annotate.errors import PageError, PageErrorCode

MEMORY_BYTES: Final = 1280 * 1024 * 1024  # above what the interpreter has at the start
CPU_S: Final = 10
_FRAME: Final = struct.Struct("<IQ")
_MAX_HEADER: Final = 1 << 20

Handler = Callable[[bytes, bytes], tuple[bytes, bytes]]


class _Failure(msgspec.Struct, tag="failure"):
    code: PageErrorCode
    message: str


class _Success(msgspec.Struct, tag="success"):
    header: bytes


_reply_decoder = msgspec.msgpack.Decoder(_Failure | _Success)


class Worker:
    """Parent's end. One exchange at a time: the caller serialises; `kill` may come from any thread."""

    def __init__(self, module: str, document: int) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", module, str(document)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=(document,),
            start_new_session=True,  # Ctrl+C is for the program, not for its workers
            # One thread: numpy's BLAS would reserve hundreds of MiB of the memory limit for more.
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the worker has no pipes")
        self._questions, self._answers = self._process.stdin, self._process.stdout

    @property
    def pid(self) -> int:
        """Process id of the child."""
        return self._process.pid

    def ask(self, header: bytes, blob: bytes = b"", *, deadline_s: float) -> tuple[bytes, bytes]:
        """Send one frame and return the answer. Raises PageError; after timed_out or crashed the child is gone."""
        expired = threading.Event()

        def stop() -> None:
            expired.set()
            self._process.kill()

        timer = threading.Timer(deadline_s, stop)
        timer.daemon = True
        timer.start()
        try:
            _write_frame(self._questions, header, blob)
            answer = _read_frame(self._answers)
        except (BrokenPipeError, ValueError):  # ValueError: closed by `kill` in another thread
            answer = None
        finally:
            timer.cancel()
        if answer is None:
            self.kill()
            if expired.is_set() or self._process.returncode == -signal.SIGXCPU:
                raise PageError("timed_out", f"worker stopped after {deadline_s} s or {CPU_S} s of processor time")
            raise PageError("crashed", f"worker ended with {self._process.returncode}")
        reply = _reply_decoder.decode(answer[0])
        if isinstance(reply, _Failure):
            raise PageError(reply.code, reply.message)
        return reply.header, answer[1]

    def kill(self) -> None:
        """End the child and release the pipes; a second call does nothing."""
        self._process.kill()
        self._process.wait()
        with suppress(BrokenPipeError):  # what was not flushed has no reader any more
            self._questions.close()
        self._answers.close()


def serve(prepare: Callable[[bytes], Handler]) -> None:
    """Child's end: limit this process, read the document, answer frames until the parent closes the pipe."""
    # Our answers go to a private copy of stdout: nothing a library prints may get between them.
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    questions = sys.stdin.buffer
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    with open("/proc/self/statm") as statm:
        own = int(statm.read().split()[0]) * resource.getpagesize()
    _limit(resource.RLIMIT_AS, own + MEMORY_BYTES)
    handler: Handler | None = None
    while (frame := _read_frame(questions)) is not None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = int(used.ru_utime + used.ru_stime) + 1 + CPU_S
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]))
        blob = b""
        reply: _Success | _Failure
        try:
            if handler is None:
                handler = prepare(_read_document(int(sys.argv[1])))
            header, blob = handler(*frame)
            reply = _Success(header)
        except PageError as error:
            reply = _Failure(error.code, error.detail)
        except MemoryError:
            reply = _Failure("too_large", "memory limit reached")
        except Exception as error:  # noqa: BLE001 - parsers raise far more than they document (measured)
            reply = _Failure("unreadable", f"{type(error).__name__}: {error}")
        _write_frame(answers, msgspec.msgpack.encode(reply), blob)


def _limit(what: int, value: int) -> None:
    hard = resource.getrlimit(what)[1]
    resource.setrlimit(what, (value if hard == resource.RLIM_INFINITY else min(value, hard),) * 2)


def _read_document(descriptor: int) -> bytes:
    size = os.fstat(descriptor).st_size
    parts: list[bytes] = []
    done = 0
    while done < size:  # the descriptor is shared with the parent, so its position is not ours to move
        part = os.pread(descriptor, size - done, done)
        if not part:
            break
        parts.append(part)
        done += len(part)
    return b"".join(parts)


def _write_frame(pipe: IO[bytes], header: bytes, blob: bytes) -> None:
    for part in (_FRAME.pack(len(header), len(blob)), header, blob):
        view = memoryview(part)
        while view:
            view = view[pipe.write(view) :]
    pipe.flush()


def _read_frame(pipe: IO[bytes]) -> tuple[bytes, bytes] | None:
    start = pipe.read(_FRAME.size)
    if len(start) < _FRAME.size:
        return None
    header_bytes, blob_bytes = _FRAME.unpack(start)
    if header_bytes > _MAX_HEADER:
        return None
    header = pipe.read(header_bytes)
    blob = pipe.read(blob_bytes)
    return (header, blob) if len(header) == header_bytes and len(blob) == blob_bytes else None
