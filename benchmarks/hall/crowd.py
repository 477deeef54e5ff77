"""The load: many terminals and desks in one process, each a plain WebSocket. ``python -m benchmarks.hall.crowd``.

Reads a ``Load`` as JSON from standard input, plays it, and writes the ``Taken`` times to standard output. Decodes of
each message only what it needs, so that it measures the server and not itself.
"""

import asyncio
import hashlib
import os
import random
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Literal

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from signaling.protocol.acts import ConvertTicket, LeaveTerminal
from signaling.protocol.codec import encode
from signaling.protocol.enrolment import signed_hello
from signaling.protocol.messages import (
    AnswerCall,
    AnswerChallenge,
    FromClient,
    Hello,
    LogIn,
    SetAvailability,
    SubmitCase,
)
from signaling.protocol.values import Applicant, Material, ServiceItem
from signaling.protocol.version import VERSIONS

PAPER = b"%PDF-1.7\n" + b"benchmark " * 100
PAPER_DIGEST = hashlib.sha256(PAPER).hexdigest()
PASSWORD = "benchmark password"  # noqa: S105 - of a hall that lives for a minute
_OPENING = 8
"""So many connections are opened at once; the server checks one password at a time."""
_RELAY_BYTES = 700
"""Of the relay's messages: about the size of a submission."""


class Load(msgspec.Struct, frozen=True):
    """What to play: against the hall at ``url``, or against a bare relay of socket.io messages."""

    url: str
    kind: Literal["hall", "relay"]
    seed: str
    """Raw Ed25519 seed, hexadecimal; of every terminal."""
    terminals: int
    desks: int
    submits_s: float
    seconds: float
    server_pid: int
    items: tuple[ServiceItem, ...] = ()


class Taken(msgspec.Struct):
    """Milliseconds from the submission to the ring, in order, and to the ticket; how many never rang."""

    ring_ms: list[float]
    ticket_ms: list[float]
    lost: int
    skipped: int
    """Submissions that were not made because every terminal was busy."""
    cpu_s: float
    """The server's own time while submissions were made; 0 where the system does not tell."""
    refused: dict[str, int]


class _Applicant(msgspec.Struct):
    name: str = ""


class _Case(msgspec.Struct):
    case_id: str = ""
    applicant: _Applicant = msgspec.field(default_factory=_Applicant)


class _Heard(msgspec.Struct):
    """The part of a hall's message that the load looks at."""

    type: str
    call_id: str = ""
    case: _Case = msgspec.field(default_factory=_Case)
    code: str = ""
    nonce: bytes = b""
    http_token: str = ""


_heard = msgspec.json.Decoder(_Heard)


class Crowd:
    """All connections and what was measured. A submission's number travels as the applicant's name."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(load.seed))
        self._free: list[int] = []
        self._sockets: dict[int, ClientConnection] = {}
        self._sent_at: dict[str, float] = {}
        self._ticket_due: set[str] = set()
        self._taken = Taken([], [], 0, 0, 0.0, {})
        self._http = httpx.AsyncClient(trust_env=False, limits=httpx.Limits(max_connections=_OPENING))
        self._gate = asyncio.Semaphore(_OPENING)

    async def play(self) -> Taken:
        """Open everything, submit for ``seconds``, wait for the last rings, and count."""
        load = self._load
        open_terminal, open_desk = (
            (self._open_terminal, self._open_desk) if load.kind == "hall" else (self._open_plain, self._open_listener)
        )
        async with asyncio.TaskGroup() as group:
            listening: list[asyncio.Task[None]] = []

            async def admit(opened: Callable[[int], Awaitable[None]], number: int, name: str) -> None:
                async with self._gate:
                    await opened(number)
                listening.append(group.create_task(self._listen(number), name=name))

            async with asyncio.TaskGroup() as opening:
                for number in range(-load.desks, 0):
                    opening.create_task(admit(open_desk, number, f"desk {-number}"), name="open desk")
            async with asyncio.TaskGroup() as opening:
                for number in range(load.terminals):
                    opening.create_task(admit(open_terminal, number, f"terminal {number}"), name="open terminal")
            await self._http.aclose()
            self._free = list(range(load.terminals))
            await asyncio.sleep(2.0)  # the news of so many arrivals are over
            before_s = _cpu_s(load.server_pid)
            await self._submit_all()
            await asyncio.sleep(2.0)
            self._taken.cpu_s = _cpu_s(load.server_pid) - before_s
            for task in listening:
                task.cancel()
        self._taken.lost = len(self._sent_at)
        return self._taken

    # --- opening ---

    async def _open(self, number: int, url: str) -> ClientConnection:
        socket = await connect(url, compression=None, proxy=None, ping_interval=None, max_size=1 << 22, open_timeout=60)
        self._sockets[number] = socket
        return socket

    async def _open_terminal(self, number: int) -> None:
        socket = await self._open(number, self._load.url)
        await socket.send(encode(Hello("terminal", f"B-{number:05d}", VERSIONS)))
        challenge = await self._expect(socket, "Challenge")
        await socket.send(encode(AnswerChallenge(self._key.sign(signed_hello(challenge.nonce)))))
        token = (await self._expect(socket, "Welcome")).http_token
        address = self._load.url.replace("ws", "http", 1).replace("/hall", f"/materials/{PAPER_DIGEST}")
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/pdf"}
        (await self._http.put(address, content=PAPER, headers=headers)).raise_for_status()

    async def _open_desk(self, number: int) -> None:
        async with asyncio.timeout(120):
            socket = await self._open(number, self._load.url)
            await socket.send(encode(Hello("reviewer", f"bench-{-number:04d}", VERSIONS)))
            await self._expect(socket, "AskPassword")
            await socket.send(encode(LogIn(PASSWORD, f"D-{-number:04d}")))
            await self._expect(socket, "Welcome")
            await socket.send(encode(SetAvailability(is_ready=True)))

    async def _open_plain(self, number: int) -> None:
        """Engine.IO 4 over WebSocket: the server's ``0{...}``, our ``40``, the server's ``40{...}``."""
        socket = await self._open(number, self._load.url)
        await socket.recv()
        await socket.send("40")
        await socket.recv()

    async def _open_listener(self, number: int) -> None:
        await self._open_plain(number)
        await self._sockets[number].send(f'42["join","{-number}"]')

    async def _expect(self, socket: ClientConnection, kind: str) -> _Heard:
        while (heard := _heard.decode(await socket.recv())).type != kind:
            if heard.type == "Error":
                raise ConnectionError(f"refused while opening: {heard.code}")
        return heard

    # --- submitting ---

    async def _submit_all(self) -> None:
        chance = random.Random(1)  # noqa: S311 - a reproducible load
        load, due, count = self._load, time.perf_counter(), 0
        end = due + load.seconds
        while (due := due + chance.expovariate(load.submits_s)) < end:
            if (wait_s := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait_s)
            if not self._free:
                self._taken.skipped += 1
                continue
            number = self._free.pop(0)
            name, count = f"n{count:06d}", count + 1
            if load.kind == "hall":
                frame = encode(self._submission(name, load.items[count % len(load.items)]))
                self._ticket_due.add(name)
            else:
                frame = f'42["submit","{1 + count % load.desks}","{name}","{"x" * _RELAY_BYTES}"]'
            self._sent_at[name] = time.perf_counter()
            await self._sockets[number].send(frame)

    def _submission(self, name: str, item: ServiceItem) -> SubmitCase:
        applicant = Applicant("person", name, "resident_id", "11010519491231002X", "13800000000")
        materials = tuple(
            Material(slot.code, PAPER_DIGEST, f"{slot.code}.pdf", "application/pdf", len(PAPER), 1, "file")
            for slot in item.slots
            if slot.is_required
        )
        return SubmitCase(name, item.code, applicant, materials, consents_to_video=True)

    # --- hearing ---

    async def _listen(self, number: int) -> None:
        socket = self._sockets[number]
        hear = self._hear_hall if self._load.kind == "hall" else self._hear_relay
        case_id = ""
        with suppress(ConnectionClosed):
            async for frame in socket:
                case_id = await hear(number, socket, str(frame), case_id)

    async def _hear_hall(self, number: int, socket: ClientConnection, frame: str, case_id: str) -> str:
        heard, now = _heard.decode(frame), time.perf_counter()
        name = heard.case.applicant.name
        match heard.type:
            case "CallOffered":
                if name in self._sent_at:
                    self._taken.ring_ms.append(1000 * (now - self._sent_at.pop(name)))
                await self._say(socket, AnswerCall(heard.call_id))
            case "CallStarted" if number < 0:
                # sent to a window, not hung up: an undecided case would ring again, a decided one would be sealed
                await self._say(socket, ConvertTicket(f"convert-{heard.call_id}", heard.case.case_id, "window"))
            case "TicketIssued":
                if name in self._ticket_due:
                    self._ticket_due.remove(name)
                    started = self._sent_at.get(name)
                    if started is not None:
                        self._taken.ticket_ms.append(1000 * (now - started))
                return heard.case.case_id
            case "CallEnded" if number >= 0 and case_id:
                await self._say(socket, LeaveTerminal(f"leave-{case_id}", case_id))
            case "Done" if number >= 0:
                self._free.append(number)
            case "Error":
                self._taken.refused[heard.code] = self._taken.refused.get(heard.code, 0) + 1
            case _:
                pass
        return case_id

    async def _hear_relay(self, number: int, socket: ClientConnection, frame: str, _: str) -> str:
        if frame == "2":  # Engine.IO ping
            await socket.send("3")
        elif frame.startswith('42["ring"'):
            now, (_, name, _) = time.perf_counter(), msgspec.json.decode(frame[2:])
            self._taken.ring_ms.append(1000 * (now - self._sent_at.pop(name)))
        elif frame.startswith('42["done"'):
            self._free.append(number)
        return ""

    async def _say(self, socket: ClientConnection, message: FromClient) -> None:
        await socket.send(encode(message))


def _cpu_s(pid: int) -> float:
    """User and system time of a process so far (Linux, proc(5))."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.is_file():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Play the load on standard input."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    load = msgspec.json.decode(sys.stdin.buffer.read(), type=Load)

    async def play() -> Taken:
        return await Crowd(load).play()

    sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(play())))


if __name__ == "__main__":
    main()
