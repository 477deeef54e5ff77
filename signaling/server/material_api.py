"""Materials over HTTP beside the WebSocket: PUT, GET and HEAD /materials/{digest}; GET /drafts/{digest}.

A digest that may not be seen is answered exactly like one that does not exist. Files
leave only as attachments that nobody may sniff or keep.
"""

import logging
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import BinaryIO

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from signaling.hall.events import Desk, Party, Staff
from signaling.protocol.errors import SENTENCES, ErrorCode, Refused
from signaling.server.connections import Session
from signaling.server.errors import StoreError
from signaling.server.limits import TokenBucket
from signaling.server.materials import Materials

logger = logging.getLogger(__name__)

_STATUS = {
    ErrorCode.NOT_AUTHENTICATED: 401,
    ErrorCode.NOT_ALLOWED: 403,
    ErrorCode.WRONG_ROLE: 403,
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.MATERIAL_TOO_LARGE: 413,
    ErrorCode.MATERIAL_UNSUPPORTED: 415,
    ErrorCode.MATERIAL_DAMAGED: 422,
    ErrorCode.INVALID_ENTRY: 422,
    ErrorCode.TOO_MANY_ATTEMPTS: 429,
    ErrorCode.STORAGE_FULL: 507,
    ErrorCode.STORAGE_UNAVAILABLE: 503,
    ErrorCode.SIGNER_AWAY: 503,
}
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Disposition": "attachment",
    "Cache-Control": "no-store",
}
_DIGEST = re.compile("[0-9a-f]{64}")

_MOST_FILES, _MOST_BYTES, _REFILL_S = 50.0, float(500 << 20), 600.0
"""What one terminal may hand in at once; used up, it comes back evenly within ten minutes."""

_CROP_BYTES = 4 << 20
"""A desk hands in pictures of marked places, nothing larger."""

_DRAIN_BYTES = 32 << 20
"""So much of a refused body is read on, so that the sender sees the answer and not a broken connection."""


class MaterialApi:
    """The routes. ``session_of`` knows the bearer tokens, ``may_read`` is the hall's word on who sees what.

    ``draft_of`` has the drafts of notices that are being previewed.
    """

    def __init__(
        self,
        materials: Materials,
        session_of: Callable[[str], Session | None],
        may_read: Callable[[Party, str], bool],
        draft_of: Callable[[str], bytes | None],
    ) -> None:
        self._materials = materials
        self._session_of = session_of
        self._may_read = may_read
        self._draft_of = draft_of
        self._quotas: dict[str, tuple[TokenBucket, TokenBucket]] = {}

    def routes(self) -> list[Route]:
        """For the application."""
        return [
            Route("/materials/{digest}", self._put, methods=["PUT"]),
            Route("/materials/{digest}", self._get, methods=["GET", "HEAD"]),
            Route("/drafts/{digest}", self._get_draft, methods=["GET"]),
        ]

    async def _put(self, request: Request) -> Response:
        try:
            return await self._take_in(request)
        except ClientDisconnect:
            return Response(status_code=400)
        except (Refused, StoreError) as problem:
            logger.info("upload refused: %s", problem)
            left = _DRAIN_BYTES
            with suppress(ClientDisconnect, RuntimeError):  # RuntimeError: the body was read to its end already
                async for piece in request.stream():
                    left -= len(piece)
                    if left < 0:
                        break
            return refusal(problem.code)

    async def _take_in(self, request: Request) -> Response:
        session = self._authenticate(request)
        digest = _digest(request)
        if isinstance(session.party, Staff):
            raise Refused(ErrorCode.NOT_ALLOWED)
        most = _CROP_BYTES if isinstance(session.party, Desk) else self._materials.max_bytes
        declared = request.headers.get("content-length", "")
        # a body of unannounced length counts as the largest one
        size = int(declared) if declared.isdecimal() else self._materials.max_bytes
        if size > most:
            raise Refused(ErrorCode.MATERIAL_TOO_LARGE, declared)
        self._count(session.party_id, size)
        is_picture = isinstance(session.party, Desk)
        is_new = await self._materials.receive(digest, session.party_id, request.stream(), is_picture=is_picture)
        logger.info("%s: material %s %s", session.party_id, digest[:12], "stored" if is_new else "was here")
        return Response(status_code=201 if is_new else 200)

    async def _get(self, request: Request) -> Response:
        try:
            session = self._authenticate(request)
            digest = _digest(request)
            if isinstance(session.party, Staff):
                raise Refused(ErrorCode.NOT_FOUND)  # a page shows lists, never papers (domain: hall manager)
            if request.method == "HEAD":
                return await self._head(session, digest)
            if not self._may_read(session.party, digest):
                raise Refused(ErrorCode.NOT_FOUND)
            stored, stream = await self._materials.open(digest)
        except (Refused, StoreError) as problem:
            if problem.code is ErrorCode.MATERIAL_DAMAGED:
                logger.error("material served as an error: %s", problem)
            return refusal(problem.code)
        headers = _HEADERS | {"Content-Length": str(stored.size)}
        return StreamingResponse(self._chunks(stream), media_type=stored.media_type, headers=headers)

    async def _get_draft(self, request: Request) -> Response:
        """The unsealed notice somebody previews, for desks. Only who was told the digest can ask for it; not logged."""
        try:
            if not isinstance(self._authenticate(request).party, Desk):
                raise Refused(ErrorCode.NOT_FOUND)
            draft = self._draft_of(_digest(request))
        except Refused as problem:
            return refusal(problem.code)
        if draft is None:
            return refusal(ErrorCode.NOT_FOUND)
        return Response(draft, media_type="application/pdf", headers=_HEADERS)

    async def _head(self, session: Session, digest: str) -> Response:
        """Also answers a terminal about what it has handed in itself: then it need not send it again."""
        stored = await self._materials.find(digest, session.party_id)
        if stored is None and self._may_read(session.party, digest):
            stored = await self._materials.find(digest)
        if stored is None:
            raise Refused(ErrorCode.NOT_FOUND)
        headers = _HEADERS | {"Content-Length": str(stored.size)}
        return Response(media_type=stored.media_type, headers=headers)

    async def _chunks(self, stream: BinaryIO) -> AsyncIterator[bytes]:
        with stream:
            while chunk := await self._materials.read(stream):
                yield chunk

    def _authenticate(self, request: Request) -> Session:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        session = self._session_of(token) if scheme.lower() == "bearer" else None
        if session is None:
            raise Refused(ErrorCode.NOT_AUTHENTICATED)
        return session

    def _count(self, terminal_id: str, size: int) -> None:
        now = time.monotonic()
        fresh = (
            TokenBucket(_MOST_FILES / _REFILL_S, _MOST_FILES, now),
            TokenBucket(_MOST_BYTES / _REFILL_S, _MOST_BYTES, now),
        )
        files, volume = self._quotas.setdefault(terminal_id, fresh)
        if files.take(now) > 0 or volume.take(now, float(size)) > 0:
            raise Refused(ErrorCode.TOO_MANY_ATTEMPTS, "upload quota")


def _digest(request: Request) -> str:
    digest: str = request.path_params["digest"]
    if not _DIGEST.fullmatch(digest):
        raise Refused(ErrorCode.NOT_FOUND)
    return digest


def refusal(code: ErrorCode) -> Response:
    """The answer to a request that is refused: status, code and sentence."""
    body = msgspec.json.encode({"code": code, "sentence": SENTENCES[code]})
    return Response(body, status_code=_STATUS[code], media_type="application/json", headers=_HEADERS)
