"""``python -m signaling.signer``: the signing process of one hall, the only one that holds keys.

The server starts it as its child; it can also run by itself, as another user (docs/custody.md). Exit code 1 with a
sentence when it cannot begin. The log has ids only.
"""

import argparse
import asyncio
import contextlib
import errno
import fcntl
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import esign
from signaling.protocol.values import OFFICIAL_TIME
from signaling.signer.cabinet import Cabinet
from signaling.signer.errors import SignerBusy, SignerError
from signaling.signer.hall_journal import HallJournal
from signaling.signer.installing import install
from signaling.signer.notary import Notary
from signaling.signer.notice_facts import Office
from signaling.signer.service import Service
from signaling.signer.store import SigningStore

logger = logging.getLogger(__name__)

_LOCK_WAIT_S = 15.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until SIGTERM, SIGINT or, as a child, the end of standard input."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    office = Office(
        authority=options.organisation,
        place=options.place,
        office_phone=options.office_phone,
        complaint_phone=options.complaint_phone,
        query_way=options.query_way,
        check_address=options.check_address,
    )
    folder = options.signing or options.data / "signing"
    now = hall_clock(options.simulated_clock)
    try:
        with only_signer(folder), closing(SigningStore(folder)) as store:
            cabinet = Cabinet(folder, _clock(options.clock_sync_file))
            install(store, cabinet, options.data, office.authority, now())
            notary = Notary(store, HallJournal(options.data), cabinet, office, now, most_a_minute=options.most_a_minute)
            path = options.socket or folder / "signer.sock"
            with closing(
                Service(notary, path, renew_days=options.renew_days, group_may_connect=options.group)
            ) as service:
                asyncio.run(_serve(service, is_child=options.child))
    except SignerError as problem:
        _say(str(problem))
        return 1
    except OSError as problem:
        is_full = problem.errno in (errno.ENOSPC, errno.EDQUOT)
        _say(f"磁盘已满，写不下签章文件夹 {folder} (no space left on the disk)" if is_full else str(problem))
        return 1
    return 0


def _say(sentence: str) -> None:
    """To whoever started this: ``ready``, or why not. The log goes to standard error."""
    print(sentence, flush=True)  # noqa: T201


def hall_clock(simulated: Path | None) -> Callable[[], datetime]:
    """Official time; with a file, the seconds in it are added, as the hall does (settings: simulated_clock)."""

    def now() -> datetime:
        ahead_s = 0.0
        if simulated is not None:
            with contextlib.suppress(OSError, ValueError):
                ahead_s = float(simulated.read_text("ascii"))
        return datetime.now(OFFICIAL_TIME) + timedelta(seconds=ahead_s)

    return now


def _clock(sync_file: Path | None) -> esign.ClockGuard:
    """Watches for jumps, and with a file for a time service that does its work."""
    return esign.ClockGuard(sync_age=None if sync_file is None else esign.synchronisation_age(sync_file))


@contextlib.contextmanager
def only_signer(folder: Path) -> Iterator[None]:
    """Hold the signing folder; one that ends just now (its server was killed) is waited for. Raises SignerBusy."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.open(folder / "signer.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + _LOCK_WAIT_S
    try:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise SignerBusy(
                        f"另一个签章进程正在使用 {folder} (another signing process uses this folder)"
                    ) from None
                time.sleep(0.05)
        yield
    finally:
        os.close(lock)


async def _serve(service: Service, *, is_child: bool) -> None:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    if task is None:
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    if is_child:  # standard input ends with the parent, even when that was killed
        loop.add_reader(sys.stdin.fileno(), task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await service.run(lambda: _say("ready"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m signaling.signer", description="签章进程 (the signing process)")
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER", help="大厅的数据文件夹 (the hall's data)")
    parser.add_argument("--signing", type=Path, metavar="FOLDER", help="签章文件夹，默认 DATA/signing (seals and log)")
    parser.add_argument("--socket", type=Path, metavar="PATH", help="默认 SIGNING/signer.sock (where to listen)")
    parser.add_argument("--group", action="store_true", help="同组用户可连接 (the socket's group may connect)")
    parser.add_argument("--child", action="store_true", help="随标准输入结束而结束 (ends with standard input)")
    parser.add_argument("--simulated-clock", type=Path, metavar="FILE", help="与大厅设置相同 (as the hall's setting)")
    parser.add_argument("--clock-sync-file", type=Path, metavar="FILE", help="对时后更新的文件 (touched at each sync)")
    parser.add_argument("--renew-days", type=int, default=365, metavar="N", help="时间戳到期前几天续期 (renew ahead)")
    parser.add_argument("--most-a-minute", type=int, default=600, metavar="N", help="每分钟最多用印次数 (rate limit)")
    for name, words in (
        ("organisation", "盖章单位 (who seals)"),
        ("place", "办理地点 (place)"),
        ("office-phone", "办公电话 (office phone)"),
        ("complaint-phone", "监督电话 (complaint phone)"),
        ("query-way", "查询方式 (how to query)"),
        ("check-address", "核验网址 (address of the public check, e.g. https://hall.example/N)"),
    ):
        parser.add_argument(f"--{name}", required=True, metavar="TEXT", help=words)
    return parser


if __name__ == "__main__":
    sys.exit(main())
