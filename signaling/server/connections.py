"""The WebSocket side: frames to events, messages to frames, one session per admitted connection.

Decides nothing about cases or calls. It sees to it that nobody speaks before being
admitted, floods, or makes others wait by not reading.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable

from starlette.websockets import WebSocket, WebSocketDisconnect

from signaling.hall.events import Connected, Desk, Disconnected, Event, MessageReceived, Party, Staff, Terminal
from signaling.protocol.codec import decode_from_client, encode
from signaling.protocol.errors import SENTENCES, ErrorCode, MalformedMessage, Refused
from signaling.protocol.messages import (
    AnswerChallenge,
    Error,
    FromClient,
    FromHall,
    FromServer,
    Hello,
    LogIn,
    Welcome,
)
from signaling.server.authentication import Door
from signaling.server.clock import Clock
from signaling.server.engine import ABORT
from signaling.server.errors import StoreError
from signaling.server.limits import TokenBucket
from signaling.server.outbox import Outbox

logger = logging.getLogger(__name__)

ADMISSION_S = 5.0
"""A connection that is not admitted by then is closed."""

SEND_S = 10.0
"""A frame that is not taken by then ends the connection: the library's ping does not notice a peer that stops reading
(it waits for the same buffer)."""

MESSAGES_S, MESSAGES_BURST = 200.0, 400.0
"""What a session may send; beyond it the server reads more slowly. Ink is frequent."""

MOST_STRIKES = 20
"""Meaningless frames in a row that end a connection."""

POLICY, TRY_AGAIN = 1008, 1013
"""Close codes (RFC 6455, 7.4.1, and the IANA registry): refused; too slow or stopping, come back."""


class Session:
    """One admitted connection. ``http_token`` opens /materials while it lives."""

    def __init__(self, session_id: str, party: Party) -> None:
        self.session_id = session_id
        self.party = party
        self.http_token = secrets.token_urlsafe(32)
        self.outbox = Outbox()
        self.is_closing = False
        self.close_code = POLICY

    @property
    def party_id(self) -> str:
        """The terminal's id or the person's login name."""
        match self.party:
            case Terminal(terminal_id=party_id) | Desk(reviewer_id=party_id) | Staff(staff_id=party_id):
                return party_id

    def end(self, code: ErrorCode) -> None:
        """Say why and close; a reader that is too slow is not waited for."""
        if not self.is_closing:
            self.is_closing = True
            is_coming_back = code in (ErrorCode.TOO_SLOW, ErrorCode.SERVER_STOPPING)
            self.close_code = TRY_AGAIN if is_coming_back else POLICY
            self.outbox.close(encode(_error(code)), is_cut=code is ErrorCode.TOO_SLOW)


class Connections:
    """All connections. ``happen`` takes their events; ``send`` and ``close`` perform the hall's commands."""

    def __init__(
        self,
        door: Door,
        happen: Callable[[Event], None],
        clock: Clock,
        licence_roots: str = "",
        admission_s: float = ADMISSION_S,
        send_s: float = SEND_S,
    ) -> None:
        self._door = door
        self._happen = happen
        self._clock = clock
        self._licence_roots = licence_roots
        self._admission_s = admission_s
        self._send_s = send_s
        self._sessions: dict[str, Session] = {}
        self._tokens: dict[str, Session] = {}
        self._is_stopping = False
        self._session_gone = asyncio.Event()

    def send(self, session_id: str, message: FromHall, is_droppable: bool = False) -> None:
        """Queue a message; a session that is gone or closing is passed over."""
        session = self._sessions.get(session_id)
        if session is not None and not session.outbox.put(encode(message), is_droppable):
            logger.warning("session %s: cut, does not read", session_id)
            session.end(ErrorCode.TOO_SLOW)

    def close(self, session_id: str, code: ErrorCode) -> None:
        """End a session, telling why."""
        if (session := self._sessions.get(session_id)) is not None:
            session.end(code)

    def session_of(self, http_token: str) -> Session | None:
        """The live session that was given this token."""
        session = self._tokens.get(http_token)
        return None if session is None or session.is_closing else session

    def party_ids(self) -> frozenset[str]:
        """Who is connected now."""
        return frozenset(session.party_id for session in self._sessions.values())

    def close_parties(self, party_ids: frozenset[str]) -> None:
        """End the sessions of these terminals and people (revoked, or enrolled anew)."""
        for session in self._sessions.values():
            if session.party_id in party_ids:
                logger.warning("session %s of %s: its admission is over", session.session_id, session.party_id)
                session.end(ErrorCode.NOT_AUTHENTICATED)

    async def stop(self, patience_s: float = 2.0) -> None:
        """Tell every session that the server stops, and wait until they are closed, at most ``patience_s``."""
        self._is_stopping = True
        for session in self._sessions.values():
            session.end(ErrorCode.SERVER_STOPPING)
        try:
            async with asyncio.timeout(patience_s):
                while self._sessions:
                    self._session_gone.clear()
                    await self._session_gone.wait()
        except TimeoutError:
            logger.warning("%d sessions did not take leave", len(self._sessions))

    async def endpoint(self, websocket: WebSocket) -> None:
        """One connection from its opening to its end (the ASGI endpoint of /hall)."""
        await websocket.accept()
        try:
            session = await self._admit(websocket)
        except WebSocketDisconnect:
            return
        if session is None:
            return
        self._sessions[session.session_id] = session
        self._tokens[session.http_token] = session
        self._happen(Connected(session.session_id, session.party))
        if self._is_stopping:
            session.end(ErrorCode.SERVER_STOPPING)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._write(session, websocket), name=f"write {session.session_id}")
                await self._read(session, websocket)
                session.outbox.close(is_cut=True)
        finally:
            del self._sessions[session.session_id], self._tokens[session.http_token]
            self._session_gone.set()
            self._happen(Disconnected(session.session_id))
            logger.info("session %s: ended", session.session_id)

    # --- opening ------------------------------------------------------------------------------

    async def _admit(self, websocket: WebSocket) -> Session | None:
        async def receive() -> FromClient:
            return decode_from_client(await _receive_frame(websocket))

        async def say(message: FromServer) -> None:
            await websocket.send_text(encode(message))

        try:
            async with asyncio.timeout(self._admission_s):
                party, version = await self._door.admit(receive, say)
        except (MalformedMessage, Refused) as problem:
            code = problem.code
            logger.info("connection refused: %s", problem)
        except TimeoutError:
            code = ErrorCode.NOT_AUTHENTICATED
            logger.info("connection refused: said nothing in %s s", self._admission_s)
        except StoreError as problem:
            code = problem.code
            logger.warning("connection refused: %s", problem)
        else:
            session = Session(secrets.token_hex(12), party)
            roles = () if isinstance(party, Terminal) else party.roles
            welcome = Welcome(
                version,
                session.session_id,
                party.name,
                session.http_token,
                self._clock.now(),
                roles,
                self._clock.is_simulated,
                self._licence_roots if isinstance(party, Desk) else "",
            )
            session.outbox.put(encode(welcome))
            logger.info("session %s: %s admitted", session.session_id, session.party_id)
            return session
        await self._say_and_close(websocket, encode(_error(code)), POLICY)
        return None

    # --- open -----------------------------------------------------------------------------------

    async def _read(self, session: Session, websocket: WebSocket) -> None:
        bucket = TokenBucket(MESSAGES_S, MESSAGES_BURST, time.monotonic())
        strikes = 0
        while True:
            try:
                frame = await _receive_frame(websocket)
            except WebSocketDisconnect:
                return
            if (wait_s := bucket.take(time.monotonic())) > 0:
                await asyncio.sleep(wait_s)
                bucket.take(time.monotonic())
            if session.is_closing:
                continue
            try:
                message = decode_from_client(frame)
            except MalformedMessage as problem:
                strikes += 1
                logger.info("session %s: %s", session.session_id, problem)
                self.send(session.session_id, _error(problem.code))
                if strikes >= MOST_STRIKES:
                    session.end(problem.code)
                continue
            strikes = 0
            if isinstance(message, Hello | AnswerChallenge | LogIn):
                self.send(session.session_id, _error(ErrorCode.NOT_ALLOWED))
            else:
                self._happen(MessageReceived(session.session_id, message))

    async def _write(self, session: Session, websocket: WebSocket) -> None:
        try:
            while (frame := await session.outbox.take()) is not None:
                async with asyncio.timeout(self._send_s):
                    await websocket.send_text(frame)
        except TimeoutError:
            logger.warning("session %s: cut, did not read for %s s", session.session_id, self._send_s)
            _abort(websocket)
            return
        except (WebSocketDisconnect, RuntimeError):  # gone meanwhile; Starlette calls the second send a misuse
            return
        if session.is_closing:
            await self._close(websocket, session.close_code)

    async def _say_and_close(self, websocket: WebSocket, frame: str, close_code: int) -> None:
        try:
            async with asyncio.timeout(self._send_s):
                await websocket.send_text(frame)
        except TimeoutError:
            _abort(websocket)
        except WebSocketDisconnect:
            return
        await self._close(websocket, close_code)

    async def _close(self, websocket: WebSocket, close_code: int) -> None:
        try:
            async with asyncio.timeout(self._send_s):
                await websocket.close(close_code)
        except TimeoutError:
            _abort(websocket)
        except (WebSocketDisconnect, RuntimeError):
            return


def _error(code: ErrorCode) -> Error:
    return Error(code, SENTENCES[code])


def _abort(websocket: WebSocket) -> None:
    abort: Callable[[], None] = websocket.scope["extensions"][ABORT]
    abort()


async def _receive_frame(websocket: WebSocket) -> str:
    """The next text frame. Raises WebSocketDisconnect, and MalformedMessage for a binary frame."""
    message = await websocket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    text = message.get("text")
    return text if isinstance(text, str) else ""
