"""The asynchronous client that terminals and desks use: connect, log in, stay connected, re-send, transfer files.

Acts that get an answer are kept until it comes and said again after a reconnect; the hall
answers a repeated act with its first answer. Live things (negotiation, wet ink) are not:
after a reconnect they would be stale.
"""

import asyncio
import hashlib
import logging
import os
import random
import secrets
import ssl
from collections import deque
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import BinaryIO, Literal, TypeVar
from urllib.parse import urlsplit, urlunsplit

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from signaling.protocol.acts import CellOpened, NoticePreviewed
from signaling.protocol.codec import MAX_SERVER_FRAME_BYTES, decode_from_client, decode_from_server, encode
from signaling.protocol.enrolment import signed_hello
from signaling.protocol.errors import SENTENCES, ErrorCode, MalformedMessage, Refused
from signaling.protocol.messages import (
    AnswerChallenge,
    AskPassword,
    Candidate,
    Challenge,
    Description,
    Done,
    Error,
    FromClient,
    FromHall,
    FromServer,
    Hello,
    LogIn,
    MarkNumbered,
    MarkRefused,
    OperateMark,
    Rejoin,
    TicketIssued,
    ToHall,
    Welcome,
    WetInk,
)
from signaling.protocol.values import ServiceItem
from signaling.protocol.version import VERSIONS

logger = logging.getLogger(__name__)

T = TypeVar("T")

ConnectionState = Literal["connecting", "online", "waiting", "refused"]
"""``refused`` is final: a wrong key or password, another version, or the same party connected elsewhere."""

_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.2, 5.0
_OPENING_S = 10.0
_MOST_QUEUED = 2_000
_CONGESTED = 64
_CHUNK_BYTES = 256 * 1024
_FINAL = {
    ErrorCode.WRONG_DEVICE_KEY,
    ErrorCode.WRONG_PASSWORD,
    ErrorCode.UNSUPPORTED_VERSION,
    ErrorCode.TAKEN_OVER,
}
_NOT_REPEATED = Description | Candidate | Rejoin | WetInk


class TerminalLogin(msgspec.Struct, frozen=True):
    """Log in as a terminal: its id and raw Ed25519 seed (32 bytes)."""

    terminal_id: str
    private_key: bytes


class ReviewerLogin(msgspec.Struct, frozen=True):
    """Log in as a reviewer at a desk."""

    reviewer: str
    password: str
    desk_id: str


class StaffLogin(msgspec.Struct, frozen=True):
    """Log in as one of the hall's people without a desk (collector, issuer, manager ...)."""

    staff: str
    password: str


Login = TerminalLogin | ReviewerLogin | StaffLogin

OnState = Callable[[ConnectionState, ErrorCode | None, float], None]
OnProgress = Callable[[int, int], None]


class HallClient:
    """One party's link to the hall. All methods and callbacks belong to the thread of the loop ``run`` runs on.

    ``on_state`` gets the state, why (None when unknown or fine), and the seconds until the next try. ``ca`` is a
    PEM file to trust instead of the system's, for ``wss``.
    """

    def __init__(
        self,
        url: str,
        login: Login,
        on_message: Callable[[FromHall], None],
        on_state: OnState,
        ca: Path | None = None,
    ) -> None:
        self._url = url
        self._login = login
        self._on_message = on_message
        self._on_state = on_state
        is_secure = url.startswith("wss:")
        # httpx would load the system's certificates even for plain http; an empty context costs nothing
        tls = ssl.create_default_context(cafile=ca) if is_secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._tls = tls if is_secure else None
        timeout = httpx.Timeout(10.0, read=60.0, write=60.0)
        self._http = httpx.AsyncClient(verify=tls, timeout=timeout, trust_env=False)
        self._queue: deque[ToHall] = deque()
        self._unanswered: dict[str, ToHall] = {}
        self._spoken = asyncio.Event()
        self._is_online = False
        self._catalogue: tuple[str, tuple[ServiceItem, ...]] = ("", ())
        self.welcome: Welcome | None = None

    @property
    def name(self) -> str:
        """The party's own name as the hall knows it; empty before the first welcome."""
        return self.welcome.name if self.welcome else ""

    async def run(self) -> None:
        """Connect and stay connected until cancelled; returns when the hall refuses this party for good. Once only."""
        async with self._http:
            await self._stay_connected()

    def say(self, message: ToHall) -> None:
        """Say this to the hall, now or as soon as there is a connection. Never blocks, never raises.

        What the hall could not read (too large, a field out of bounds) is refused here and now, as the hall would:
        kept and said again, it would be refused for ever.
        """
        key = _key_of(message)
        if (code := _fault_of(message)) is not None:
            logger.error("not said: %s is %s", type(message).__name__, code)
            answer: FromHall = Error(code, SENTENCES[code], key or "")
            if isinstance(message, OperateMark):
                answer = MarkRefused(message.operation_id, code)
            asyncio.get_running_loop().call_soon(self._on_message, answer)
            return
        if key is not None:
            self._unanswered[key] = message
        if not self._is_online and (key is not None or isinstance(message, _NOT_REPEATED)):
            return
        if isinstance(message, WetInk) and len(self._queue) >= _CONGESTED:
            return
        if len(self._queue) < _MOST_QUEUED:
            self._queue.append(message)
            self._spoken.set()

    # --- the conversation -----------------------------------------------------------------------

    async def _stay_connected(self) -> None:
        wait_s = _FIRST_WAIT_S
        while True:
            self._on_state("connecting", None, 0.0)
            code: ErrorCode | None = None
            try:
                code = await self._converse()
            except Refused as problem:
                code = problem.code
            except (OSError, InvalidHandshake, InvalidURI, ConnectionClosed, MalformedMessage) as problem:
                logger.info("no connection to the hall: %s", problem)
            if self._is_online:
                self._is_online = False
                wait_s = _FIRST_WAIT_S
            if code in _FINAL:
                self._on_state("refused", code, 0.0)
                return
            pause_s = wait_s * random.uniform(0.5, 1.0)  # noqa: S311 - jitter: a whole hall must not return at once
            self._on_state("waiting", code, pause_s)
            await asyncio.sleep(pause_s)
            wait_s = min(wait_s * 2, _LONGEST_WAIT_S)

    async def _converse(self) -> ErrorCode | None:
        """One connection from its opening to its end; the code of the error that ended it, if one was said."""
        async with connect(
            self._url,
            ssl=self._tls,
            compression=None,
            max_size=MAX_SERVER_FRAME_BYTES,
            open_timeout=_OPENING_S,
            ping_interval=5,
            ping_timeout=8,
            close_timeout=1,
            proxy=None,
            user_agent_header=None,
        ) as socket:
            async with asyncio.timeout(_OPENING_S):
                self.welcome = await self._open(socket)
            self._is_online = True
            self._on_state("online", None, 0.0)
            left = [message for message in self._queue if _key_of(message) is None]
            self._queue = deque(message for message in left if not isinstance(message, _NOT_REPEATED))
            self._queue.extendleft(reversed(self._unanswered.values()))
            self._spoken.set()
            async with asyncio.TaskGroup() as group:
                writing = group.create_task(self._write(socket), name="write to the hall")
                code = await self._read(socket)
                writing.cancel()
            return code

    async def _open(self, socket: ClientConnection) -> Welcome:
        login = self._login
        if isinstance(login, TerminalLogin):
            await _send(socket, Hello("terminal", login.terminal_id, VERSIONS))
            challenge = await _receive(socket, Challenge)
            key = Ed25519PrivateKey.from_private_bytes(login.private_key)
            await _send(socket, AnswerChallenge(key.sign(signed_hello(challenge.nonce))))
        elif isinstance(login, ReviewerLogin):
            await _send(socket, Hello("reviewer", login.reviewer, VERSIONS))
            await _receive(socket, AskPassword)
            await _send(socket, LogIn(login.password, login.desk_id))
        else:
            await _send(socket, Hello("staff", login.staff, VERSIONS))
            await _receive(socket, AskPassword)
            await _send(socket, LogIn(login.password))
        return await _receive(socket, Welcome)

    async def _read(self, socket: ClientConnection) -> ErrorCode | None:
        last: ErrorCode | None = None
        try:
            async for frame in socket:
                try:
                    message = decode_from_server(frame)
                except MalformedMessage as problem:
                    logger.warning("the hall sent something unknown: %s", problem)
                    continue
                last = message.code if isinstance(message, Error) and not message.about else None
                self._note_answer(message)
                if not isinstance(message, Challenge | AskPassword | Welcome):
                    self._on_message(message)
        except ConnectionClosed as problem:
            logger.info("connection to the hall lost: %s", problem)
        return last

    async def _write(self, socket: ClientConnection) -> None:
        try:
            while True:
                while self._queue:
                    await socket.send(encode(self._queue.popleft()))
                self._spoken.clear()
                await self._spoken.wait()
        except ConnectionClosed:
            return

    def _note_answer(self, message: FromServer) -> None:
        match message:
            case Done(request_id=key) | TicketIssued(request_id=key) | CellOpened(request_id=key) | Error(about=key):
                self._unanswered.pop(key, None)
            case NoticePreviewed(request_id=key):
                self._unanswered.pop(key, None)
            case MarkNumbered(operation_id=key) | MarkRefused(operation_id=key):
                self._unanswered.pop(key, None)

    # --- files --------------------------------------------------------------------------------

    async def upload(self, path: Path, digest: str, media_type: str, on_progress: OnProgress) -> None:
        """Hand in a file; when this returns the hall has it safely. A file that is there already is not sent again.

        Raises Refused with the hall's code, OSError when there is no connection or the file cannot be read.
        """
        size = await asyncio.to_thread(lambda: path.stat().st_size)

        async def body() -> AsyncIterator[bytes]:
            sent = 0
            with await asyncio.to_thread(path.open, "rb") as stream:
                while chunk := await asyncio.to_thread(stream.read, _CHUNK_BYTES):
                    yield chunk
                    sent += len(chunk)
                    on_progress(sent, size)

        try:
            there = await self._http.head(self._material(digest), headers=self._bearer())
            if there.status_code != 200:
                headers = self._bearer() | {"Content-Length": str(size), "Content-Type": media_type}
                _check(await self._http.put(self._material(digest), content=body(), headers=headers))
        except httpx.HTTPError as problem:
            raise ConnectionError(f"upload of {digest[:12]}: {type(problem).__name__}") from problem
        on_progress(size, size)

    async def fetch(self, digest: str, target: Path, on_progress: OnProgress) -> None:
        """Fetch a file to ``target``, whole and with the right digest or not at all.

        Raises Refused (not_found, material_damaged ...), OSError when there is no connection or no space.
        """
        await self._fetch(self._material(digest), digest, target, on_progress)

    async def fetch_draft(self, digest: str, target: Path, on_progress: OnProgress) -> None:
        """Fetch the unsealed notice that ``NoticePreviewed`` names, like a material."""
        await self._fetch(self._address(f"/drafts/{digest}"), digest, target, on_progress)

    async def _fetch(self, address: str, digest: str, target: Path, on_progress: OnProgress) -> None:
        draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        try:
            async with self._http.stream("GET", address, headers=self._bearer()) as response:
                if response.status_code != 200:
                    await response.aread()
                _check(response)
                with await asyncio.to_thread(draft.open, "xb") as stream:
                    found = await self._save(response, stream, on_progress)
            if found != digest:
                raise Refused(ErrorCode.MATERIAL_DAMAGED, f"{digest[:12]} arrived damaged")
            await asyncio.to_thread(os.replace, draft, target)
        except httpx.HTTPError as problem:
            raise ConnectionError(f"download of {digest[:12]}: {type(problem).__name__}") from problem
        finally:
            await asyncio.to_thread(draft.unlink, missing_ok=True)

    async def fetch_catalogue(self, digest: str) -> tuple[ServiceItem, ...]:
        """The service items of the catalogue that ``Catalogue`` names. Fetched once, then from memory.

        Raises Refused (not_found: another one holds by now; material_damaged), OSError when there is no connection.
        """
        if self._catalogue[0] != digest:
            if not self._is_online:
                raise ConnectionError("not connected to the hall")
            try:
                response = await self._http.get(self._address(f"/catalogue/{digest}"))
            except httpx.HTTPError as problem:
                raise ConnectionError(f"catalogue {digest[:12]}: {type(problem).__name__}") from problem
            _check(response)
            if hashlib.sha256(response.content).hexdigest() != digest:
                raise Refused(ErrorCode.MATERIAL_DAMAGED, f"catalogue {digest[:12]} arrived damaged")
            try:
                self._catalogue = digest, msgspec.json.decode(response.content, type=tuple[ServiceItem, ...])
            except msgspec.MsgspecError as problem:  # a newer hall's
                raise Refused(ErrorCode.UNSUPPORTED_VERSION, f"catalogue: {problem}") from None
        return self._catalogue[1]

    async def _save(self, response: httpx.Response, stream: BinaryIO, on_progress: OnProgress) -> str:
        hashed = hashlib.sha256()
        done, size = 0, int(response.headers.get("Content-Length", "0"))
        async for chunk in response.aiter_bytes(_CHUNK_BYTES):
            hashed.update(chunk)
            await asyncio.to_thread(stream.write, chunk)
            done += len(chunk)
            on_progress(done, max(size, done))
        return hashed.hexdigest()

    def _bearer(self) -> dict[str, str]:
        if not self._is_online or self.welcome is None:
            raise ConnectionError("not connected to the hall")
        return {"Authorization": f"Bearer {self.welcome.http_token}", "Accept-Encoding": "identity"}

    def _material(self, digest: str) -> str:
        return self._address(f"/materials/{digest}")

    def _address(self, path: str) -> str:
        parts = urlsplit(self._url)
        return urlunsplit(("https" if parts.scheme == "wss" else "http", parts.netloc, path, "", ""))


def digest_of(path: Path) -> str:
    """The lower-case hexadecimal SHA-256 of a file. Blocks."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _key_of(message: ToHall) -> str | None:
    """What the answer to an act will name; None for what has no answer of its own."""
    if isinstance(message, OperateMark):
        return message.operation_id
    key: str | None = getattr(message, "request_id", None)
    return key


def _fault_of(message: ToHall) -> ErrorCode | None:
    """Why the hall would not read this message; None when it would."""
    try:
        decode_from_client(encode(message))
    except MalformedMessage as problem:
        return problem.code
    except (UnicodeError, msgspec.MsgspecError):  # a file name with undecodable bytes
        return ErrorCode.MALFORMED_MESSAGE
    return None


def _check(response: httpx.Response) -> None:
    if response.status_code in (200, 201):
        return
    try:
        code = ErrorCode(msgspec.json.decode(response.content)["code"])
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        raise ConnectionError(f"the hall answered {response.status_code}") from None
    raise Refused(code)


async def _send(socket: ClientConnection, message: FromClient) -> None:
    await socket.send(encode(message))


async def _receive(socket: ClientConnection, kind: type[T]) -> T:
    """The next message of the opening. Raises Refused when it is an error, MalformedMessage when it is another."""
    message = decode_from_server(await socket.recv())
    if isinstance(message, kind):
        return message
    if isinstance(message, Error):
        raise Refused(message.code)
    raise MalformedMessage(ErrorCode.MALFORMED_MESSAGE, f"{type(message).__name__} while opening")
