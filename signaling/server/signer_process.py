"""Keeps the signing process running as the server's child: started first, started again when it ends, ended last.

It holds the keys and the server does not. Where that is not separation enough, the setting ``signer_socket`` names a
signing process that somebody else runs as another user (docs/custody.md), and nothing is started here.
"""

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from signaling.server.errors import SettingsWrong
from signaling.server.settings import Settings

logger = logging.getLogger(__name__)

_READY_S = 60.0
_STOP_S = 15.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 30.0
_READY = b"ready\n"


@contextlib.asynccontextmanager
async def signer_for(settings: Settings) -> AsyncIterator[Path]:
    """The socket of a signing process that answers, for as long as the body runs. Raises SettingsWrong."""
    if settings.signer_socket is not None:
        yield settings.signer_socket
        return
    command = _command(settings)
    child = await _start(command)
    keeping = asyncio.create_task(_keep_running(command, child), name="signer")
    try:
        yield settings.data / "signing" / "signer.sock"
    finally:
        keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeping


def _command(settings: Settings) -> list[str]:
    command = [sys.executable, "-m", "signaling.signer", "--child", "--data", str(settings.data)]
    for name in ("organisation", "place", "office_phone", "complaint_phone", "query_way", "check_address"):
        command += [f"--{name.replace('_', '-')}", getattr(settings, name)]
    command += ["--renew-days", str(settings.renew_days)]
    for name in ("simulated_clock", "clock_sync_file"):
        if (path := getattr(settings, name)) is not None:
            command += [f"--{name.replace('_', '-')}", str(path)]
    return command


async def _start(command: list[str]) -> asyncio.subprocess.Process:
    """A child that listens. Its log is ours; on its standard output it says that it is ready, or why it is not."""
    pipe = asyncio.subprocess.PIPE
    # a session of its own: Ctrl-C at the console ends the server, which then ends the child
    child = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, start_new_session=True)
    if child.stdout is None:
        raise SettingsWrong("签章进程没有输出 (the signing process has no output)")
    try:
        async with asyncio.timeout(_READY_S):
            said = await child.stdout.readline()
    except BaseException:
        await _stop(child)
        raise
    if said != _READY:
        await _stop(child)
        sentence = said.decode(errors="replace").strip() or "签章进程没有启动 (the signing process did not start)"
        raise SettingsWrong(sentence)
    return child


async def _keep_running(command: list[str], child: asyncio.subprocess.Process) -> None:
    pause_s = _FIRST_PAUSE_S
    loop = asyncio.get_running_loop()
    try:
        while True:
            since = loop.time()
            code = await child.wait()
            logger.error("the signing process ended with code %s; it is started again", code)
            pause_s = _FIRST_PAUSE_S if loop.time() - since > _LONGEST_PAUSE_S else min(2 * pause_s, _LONGEST_PAUSE_S)
            await asyncio.sleep(pause_s)
            try:
                child = await _start(command)
            except (SettingsWrong, OSError, TimeoutError) as problem:
                logger.error("the signing process did not start: %s", type(problem).__name__)
    finally:
        await _stop(child)


async def _stop(child: asyncio.subprocess.Process) -> None:
    """Its standard input ends: it finishes the notice under way and ends. One that does not is killed."""
    if child.stdin is not None:
        child.stdin.close()
    try:
        async with asyncio.timeout(_STOP_S):
            await child.wait()
    except TimeoutError:
        child.kill()
        await child.wait()
