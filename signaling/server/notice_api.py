"""Anybody's question whether a notice is genuine: by the code on it, by its query code, or by the file itself.

Public, so it gives nothing away: names are masked, a query code has 60 bits, tries are counted, and what is unknown is
answered as slowly as what is known. Uploaded files are judged by file_check.py and gone with the answer.
"""

import asyncio
import hashlib
import logging
import ssl
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Literal, Protocol

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from esign.errors import BadCode, CheckFailed
from esign.printcode import decode_code
from esign.report import Report
from signaling.hall.notice_history import NoticeHistory, Standing
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.values import NoticeKind
from signaling.server.errors import StoreError
from signaling.server.file_check import FileCheck
from signaling.server.limits import TokenBucket
from signaling.server.material_api import refusal
from signaling.server.notice_register import NoticeRegister
from signaling.server.sealing import SignerAway
from signaling.signer.requests import SealSummary

logger = logging.getLogger(__name__)

LEAST_S = 0.25
"""No answer comes sooner, whatever was found."""

_LONGEST_CODE = 1000
_LONGEST_TYPED = 24
"""A query code with dashes and slips; printed codes are far longer."""
_BURST, _RATE_S = 20.0, 20 / 60
"""So many questions from one address at once; used up, they come back evenly within a minute."""
_MOST_ADDRESSES = 10_000
_ALL_BURST, _ALL_RATE_S = 200.0, 50.0
_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
_FRESH_S = 10.0

State = Standing | Literal["unknown", "forged"]


class _Asked(msgspec.Struct, frozen=True):
    code: str


class PublicNotice(msgspec.Struct, frozen=True, omit_defaults=True):
    """What anybody may know of a notice. ``forged``: the printed code proves nothing; ``unknown``: nothing is here.

    ``seal`` is what its stamp says and ``seal_status`` how it stands with that seal today; when it sealed it was good.
    """

    state: State
    kind: NoticeKind | None = None
    number: str = ""
    authority: str = ""
    applicant: str = ""
    item: str = ""
    case_number: str = ""
    issued_on: date | None = None
    due_on: date | None = None
    sealed_at: datetime | None = None
    seal: str = ""
    seal_status: str = ""
    successor: str = ""
    digest: str = ""
    is_test: bool = False


class CheckedFile(Report, frozen=True, kw_only=True):
    """``is_issued``: these very bytes were issued here; ``state`` of that notice and the ``successor`` in its place."""

    is_issued: bool | None = None
    state: State | None = None
    successor: str = ""


class SigningProcess(Protocol):
    """What the page asks of it; ``sealing.Sealer``."""

    async def seals(self) -> tuple[SealSummary, ...]:
        """The register of seals. Raises SignerAway."""

    async def code_certificates(self) -> tuple[bytes, ...]:
        """The certificates (DER) by which printed codes are checked. Raises SignerAway."""

    async def is_issued(self, digest: str) -> bool:
        """Whether the bytes with this SHA-256 are a version of a notice that was handed out. Raises SignerAway."""


class NoticeApi:
    """The routes. ``address`` is the one in printed codes (setting ``check_address``)."""

    def __init__(
        self,
        register: NoticeRegister,
        signer: SigningProcess,
        check: FileCheck,
        address: str,
        page: Callable[[Request], Awaitable[Response]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._register = register
        self._signer = signer
        self._check = check
        self._address = address.upper()
        self._page = page
        self._clock = clock
        self._all = TokenBucket(_ALL_RATE_S, _ALL_BURST, clock())
        self._addresses: dict[str, TokenBucket] = {}
        self._known: tuple[float, dict[str, SealSummary], Sequence[bytes]] | None = None

    def routes(self) -> list[Route]:
        """For the application."""
        return [
            Route("/N", self._page, methods=["GET"]),
            Route("/N/", self._page, methods=["GET"]),
            Route("/N/{code}", self._page, methods=["GET"]),
            Route("/notices/code", self._by_code, methods=["POST"]),
            Route("/notices/file", self._by_file, methods=["POST"]),
            Route("/notices/codes.pem", self._codes, methods=["GET"]),
        ]

    async def _by_code(self, request: Request) -> Response:
        began = self._clock()
        try:
            self._count(request)
            found = await self._find(await _code(request))
        except (Refused, StoreError, SignerAway) as problem:
            answer = _refused(problem)
        else:
            answer = Response(msgspec.json.encode(found), media_type="application/json", headers=_HEADERS)
        await asyncio.sleep(max(0.0, LEAST_S - (self._clock() - began)))
        return answer

    async def _by_file(self, request: Request) -> Response:
        try:
            self._count(request)
            with tempfile.TemporaryDirectory(prefix="cloud-window-check-") as folder:
                hashed = hashlib.sha256()

                async def hashing() -> AsyncIterator[bytes]:
                    async for piece in request.stream():
                        hashed.update(piece)
                        yield piece

                report = await self._check.check(hashing(), Path(folder) / "file")
            checked = await self._compare(report, hashed.hexdigest())
        except ClientDisconnect:
            return Response(status_code=400)
        except (Refused, StoreError, SignerAway, CheckFailed) as problem:
            logger.info("file not checked: %s", problem)
            return _refused(problem)
        return Response(msgspec.json.encode(checked), media_type="application/json", headers=_HEADERS)

    async def _codes(self, _: Request) -> Response:
        """The certificates by which anybody can check printed codes without this server."""
        try:
            certificates = (await self._signing())[1]
        except SignerAway as problem:
            return _refused(problem)
        pem = "".join(map(ssl.DER_cert_to_PEM_cert, certificates))
        return Response(pem, media_type="application/x-pem-file", headers=_HEADERS)

    async def _find(self, code: str) -> PublicNotice:
        seals, certificates = await self._signing()
        if len(code) <= _LONGEST_TYPED:
            history = await asyncio.wrap_future(self._register.by_query_code(code))
            return PublicNotice("unknown") if history is None else _public(history, seals)
        try:
            printed = decode_code(f"{self._address}/{code.rpartition('/')[2].upper()}", certificates)
        except BadCode:
            return PublicNotice("forged")
        history = await asyncio.wrap_future(self._register.by_number(printed.number))
        if history is None:
            return PublicNotice("unknown", number=printed.number)
        if history.base_digest and not history.base_digest.startswith(printed.base_digest.hex()):
            return PublicNotice("forged")
        return msgspec.structs.replace(
            _public(history, seals), authority=printed.authority, issued_on=printed.issued_on, due_on=printed.due_on
        )

    async def _compare(self, report: Report, digest: str) -> CheckedFile:
        said = msgspec.structs.asdict(report)
        if not report.notice_number:
            return CheckedFile(**said)
        is_issued = await self._signer.is_issued(digest)
        history = await asyncio.wrap_future(self._register.by_number(report.notice_number)) if is_issued else None
        if history is None:
            return CheckedFile(**said, is_issued=is_issued)
        return CheckedFile(**said, is_issued=is_issued, state=history.state, successor=history.successor)

    async def _signing(self) -> tuple[dict[str, SealSummary], Sequence[bytes]]:
        if self._known is None or self._clock() - self._known[0] >= _FRESH_S:
            seals = {seal.seal_id: seal for seal in await self._signer.seals()}
            self._known = self._clock(), seals, await self._signer.code_certificates()
        return self._known[1:]

    def _count(self, request: Request) -> None:
        """Raises Refused when this address, or everybody together, has asked too often."""
        now = self._clock()
        address = request.client.host if request.client else ""
        if len(self._addresses) >= _MOST_ADDRESSES:
            self._addresses.clear()  # everybody together is counted all the same
        bucket = self._addresses.setdefault(address, TokenBucket(_RATE_S, _BURST, now))
        if bucket.take(now) > 0 or self._all.take(now) > 0:
            raise Refused(ErrorCode.TOO_MANY_ATTEMPTS, "public check")


def _refused(problem: Refused | StoreError | SignerAway | CheckFailed) -> Response:
    match problem:
        case SignerAway():
            return refusal(ErrorCode.SIGNER_AWAY)
        case CheckFailed():
            return refusal(ErrorCode.STORAGE_UNAVAILABLE)
        case _:
            return refusal(problem.code)


async def _code(request: Request) -> str:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _LONGEST_CODE + 100:
            raise Refused(ErrorCode.INVALID_ENTRY, "code")
    try:
        code = msgspec.json.decode(body, type=_Asked).code.strip()
    except msgspec.MsgspecError:
        raise Refused(ErrorCode.INVALID_ENTRY, "code") from None
    if len(code) > _LONGEST_CODE:
        raise Refused(ErrorCode.INVALID_ENTRY, "code")
    return code


def _public(history: NoticeHistory, seals: dict[str, SealSummary]) -> PublicNotice:
    seal = seals.get(history.seal_id)
    return PublicNotice(
        state=history.state,
        kind=history.kind,
        number=history.number,
        authority=seal.authority if seal else "",
        applicant=history.applicant,
        item=history.item_name,
        case_number=history.case_id,
        issued_on=history.decided_at.date(),
        sealed_at=history.sealed_at,
        seal=f"{seal.authority}{seal.stamp}" if seal else "",
        seal_status=seal.status if seal else "",
        successor=history.successor,
        digest=history.digest,
        is_test=seal.is_test if seal else False,
    )
