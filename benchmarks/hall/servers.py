"""What the load runs against: the real server with a crowd enrolled, and a bare socket.io relay. Both on one core."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.hall.crowd import PASSWORD, Load, Taken
from signaling.server.authentication import Passwords
from signaling.server.catalogue import read_catalogue
from signaling.server.register import EnrolledReviewer, EnrolledTerminal, Register
from signaling.server.store import Store

SEED = bytes(range(32))
_ITEMS = 30
"""So many different service items are applied for."""


def pin(core: int) -> Callable[[], None] | None:
    """Keep a child on one core, where there are two and the system can."""
    if not hasattr(os, "sched_setaffinity") or (os.cpu_count() or 1) < 2:
        return None
    return lambda: os.sched_setaffinity(0, {core})


def play(load: Load) -> Taken:
    """Run the load in a process of its own on the second core."""
    command = [sys.executable, "-m", "benchmarks.hall.crowd"]
    done = subprocess.run(
        command, input=msgspec.json.encode(load), stdout=subprocess.PIPE, check=True, preexec_fn=pin(1)
    )
    return msgspec.json.decode(done.stdout, type=Taken)


def measure_hall(folder: Path, terminals: int, desks: int, submits_s: float, seconds: float) -> Taken:
    """Submit → ring through the real server."""
    items = [item for item in read_catalogue(None) if not (item.is_private or item.sites)]
    chosen = tuple(items[:: max(1, len(items) // _ITEMS)])
    skills = tuple(sorted({item.skill for item in chosen}))
    with _hall(folder) as (url, pid):
        _enrol(folder / "data", terminals, desks, skills)
        return play(Load(url, "hall", SEED.hex(), terminals, desks, submits_s, seconds, pid, chosen))


def measure_relay(folder: Path, terminals: int, desks: int, submits_s: float, seconds: float) -> Taken:
    """The same through a relay that only hands on."""
    with _relay(folder) as (url, pid):
        return play(Load(url, "relay", SEED.hex(), terminals, desks, submits_s, seconds, pid))


def install_relay(folder: Path) -> str:
    """socket.io into this folder; its version, or "" where node or npm is missing or the registry is out of reach."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return ""
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), "socket.io@4"]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        return ""
    package = json.loads((folder / "node_modules" / "socket.io" / "package.json").read_text("utf-8"))
    return str(package["version"])


def _enrol(data: Path, terminals: int, desks: int, skills: tuple[str, ...]) -> None:
    key = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()
    with closing(Store(data)) as store, closing(Passwords()) as passwords:
        register, password = Register(store), passwords.hash(PASSWORD)
        rows = [
            register.put_terminal(EnrolledTerminal(f"B-{n:05d}", f"自助终端 {n:05d}", key)) for n in range(terminals)
        ]
        for n in range(1, desks + 1):
            # four skills each, as in the rehearsed day, and everyone helps out
            own = tuple(skills[(n + step * 3) % len(skills)] for step in range(4))
            rows.append(
                register.put_reviewer(
                    EnrolledReviewer(f"bench-{n:04d}", f"审核员 {n:04d}", password, (*own, "general"))
                )
            )
        for row in rows:
            row.result()


@contextmanager
def _hall(folder: Path) -> Iterator[tuple[str, int]]:
    """The server as ``./hall server`` starts it, with a short wrap-up, open whatever the day."""
    command = [sys.executable, "-m", "signaling", "server", "--data", str(folder / "data"), "--port", "0"]
    command += ["--wrap-up-s", "1", "--emergency-office", "true"]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, preexec_fn=pin(0))
    try:
        assert process.stdout is not None  # noqa: S101 - asked for
        yield process.stdout.readline().split()[-1], process.pid
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _relay(folder: Path) -> Iterator[tuple[str, int]]:
    script = Path(__file__).with_name("relay.js")
    environment = os.environ | {"NODE_PATH": str(folder / "node_modules")}
    process = subprocess.Popen(
        ["node", str(script)], env=environment, stdout=subprocess.PIPE, text=True, preexec_fn=pin(0)
    )
    try:
        assert process.stdout is not None  # noqa: S101 - asked for
        port = process.stdout.readline().strip()
        yield f"ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket", process.pid
    finally:
        process.terminate()
        process.wait()
