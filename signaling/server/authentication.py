"""Who is at the other end: the opening of a connection, from Hello to a known party.

Knows no sockets: it is given ways to receive and to say. Terminals sign a challenge with
their device key (Ed25519, RFC 8032), people give a password (Argon2id, RFC 9106).
Whether a name exists cannot be told from the answers.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

import argon2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from signaling.hall.events import Desk, Party, Staff, Terminal
from signaling.protocol.enrolment import signed_hello
from signaling.protocol.errors import SENTENCES, ErrorCode, Refused
from signaling.protocol.messages import (
    AnswerChallenge,
    AskPassword,
    Challenge,
    Error,
    FromClient,
    FromServer,
    Hello,
    LogIn,
)
from signaling.protocol.values import Role
from signaling.protocol.version import choose_version
from signaling.server.limits import TokenBucket
from signaling.server.register import EnrolledReviewer, Register

logger = logging.getLogger(__name__)

MOST_TRIES = 3
"""Passwords that may be tried on one connection."""

DESK_ROLES: frozenset[Role] = frozenset({"reviewer", "decider", "issuer", "supervisor"})
"""Who of these has work at a desk."""

PAGE_ROLES: frozenset[Role] = frozenset({"manager", "supervisor", "collector", "issuer", "guide"})
"""Who of these has work on a web page (protocol/acts.py, ActOfStaff)."""

_MOST_WAITING = 20
# 10 wrong passwords at once for one account, then one in 30 s: a guess, not a person, hits this
_FAILURES_BURST, _FAILURES_RATE_S = 10.0, 1 / 30

Receive = Callable[[], Awaitable[FromClient]]
Say = Callable[[FromServer], Awaitable[None]]


class Passwords:
    """Argon2id in one worker with a short queue: a storm of logins must not take memory or the event loop."""

    def __init__(self) -> None:
        self._hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="passwords")
        self._waiting = 0
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    def hash(self, password: str) -> str:
        """The PHC string to keep. Blocks some 30 ms."""
        return self._hasher.hash(password)

    async def fits(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is right; takes as long for an unknown account (None). Raises Refused when busy."""
        if self._waiting >= _MOST_WAITING:
            raise Refused(ErrorCode.TOO_MANY_ATTEMPTS, "password worker is busy")
        self._waiting += 1
        try:
            known = password_hash or self._nobody
            is_right = await asyncio.get_running_loop().run_in_executor(self._worker, self._verify, known, password)
        finally:
            self._waiting -= 1
        return is_right and password_hash is not None

    def close(self) -> None:
        """Stop the worker."""
        self._worker.shutdown(cancel_futures=True)

    def _verify(self, known: str, password: str) -> bool:
        try:
            return self._hasher.verify(known, password)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False


class Door:
    """Lets parties in. One for the whole server: it remembers wrong passwords per account."""

    def __init__(self, register: Register, passwords: Passwords) -> None:
        self._register = register
        self._passwords = passwords
        self._failures: dict[str, TokenBucket] = {}
        self._nobody = Ed25519PrivateKey.generate().public_key().public_bytes_raw()

    async def admit(self, receive: Receive, say: Say) -> tuple[Party, int]:
        """The party and the protocol version. Raises Refused with the code to answer and close with.

        Nothing in the hall changes before this returns; the caller sets the deadline.
        """
        hello = await receive()
        if not isinstance(hello, Hello):
            raise Refused(ErrorCode.NOT_AUTHENTICATED, type(hello).__name__)
        version = choose_version(hello.versions)
        if version is None:
            raise Refused(ErrorCode.UNSUPPORTED_VERSION, f"offered {hello.versions}")
        if hello.role == "terminal":
            return await self._admit_terminal(hello.name, receive, say), version
        enrolled, desk_id = await self._admit_person(hello.name, receive, say)
        if not (PAGE_ROLES if hello.role == "staff" else DESK_ROLES).intersection(enrolled.roles):
            raise Refused(ErrorCode.WRONG_ROLE, f"{hello.name} as {hello.role}")
        if hello.role == "staff":
            return Staff(enrolled.reviewer_id, enrolled.name, enrolled.roles), version
        return Desk(desk_id, enrolled.reviewer_id, enrolled.name, enrolled.skills, enrolled.roles), version

    async def _admit_terminal(self, terminal_id: str, receive: Receive, say: Say) -> Terminal:
        nonce = secrets.token_bytes(32)
        await say(Challenge(nonce))
        answer = await receive()
        if not isinstance(answer, AnswerChallenge):
            raise Refused(ErrorCode.NOT_AUTHENTICATED, type(answer).__name__)
        enrolled = await asyncio.wrap_future(self._register.terminal(terminal_id))
        is_known = enrolled is not None and not enrolled.is_revoked
        key = Ed25519PublicKey.from_public_bytes(enrolled.public_key if enrolled and is_known else self._nobody)
        try:
            key.verify(answer.signature, signed_hello(nonce))
        except InvalidSignature:
            logger.warning("terminal %s: refused, wrong device key", terminal_id)
            raise Refused(ErrorCode.WRONG_DEVICE_KEY) from None
        assert enrolled is not None  # noqa: S101 - nobody holds the key that stands for an unknown terminal
        return Terminal(enrolled.terminal_id, enrolled.name, enrolled.is_booth, enrolled.cells, enrolled.site)

    async def _admit_person(self, reviewer_id: str, receive: Receive, say: Say) -> tuple[EnrolledReviewer, str]:
        """Who gave the right password, and the desk that was named."""
        await say(AskPassword())
        for tries_left in reversed(range(MOST_TRIES)):
            login = await receive()
            if not isinstance(login, LogIn):
                raise Refused(ErrorCode.NOT_AUTHENTICATED, type(login).__name__)
            enrolled = await self._log_in(reviewer_id, login)
            if enrolled is not None:
                return enrolled, login.desk_id
            logger.warning("reviewer %s: wrong password, %d tries left", reviewer_id, tries_left)
            if tries_left:
                await say(Error(ErrorCode.WRONG_PASSWORD, SENTENCES[ErrorCode.WRONG_PASSWORD]))
        raise Refused(ErrorCode.WRONG_PASSWORD)

    async def _log_in(self, reviewer_id: str, login: LogIn) -> EnrolledReviewer | None:
        now = time.monotonic()
        if len(self._failures) > 10_000:  # made-up names must not fill the memory
            self._failures.clear()
        bucket = self._failures.setdefault(reviewer_id, TokenBucket(_FAILURES_RATE_S, _FAILURES_BURST, now))
        if bucket.take(now) > 0:
            raise Refused(ErrorCode.TOO_MANY_ATTEMPTS, "account")
        enrolled = await asyncio.wrap_future(self._register.reviewer(reviewer_id))
        known = enrolled.password_hash if enrolled is not None and not enrolled.is_revoked else None
        if not await self._passwords.fits(known, login.password) or enrolled is None:
            return None
        self._failures.pop(reviewer_id, None)
        return enrolled
