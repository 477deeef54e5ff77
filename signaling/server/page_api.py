"""Web pages over HTTP: hall board, manager's page, public check and their files, all in signaling/server/pages/.

The files are read once. A browser asks again each time whether they changed (ETag), so a new version of the server
never meets an old page; and it may load nothing from anywhere else (Content-Security-Policy).
"""

import hashlib
import time
from collections.abc import Awaitable, Callable
from importlib.resources import files
from pathlib import Path

import msgspec
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from signaling.protocol.errors import ErrorCode
from signaling.protocol.office import Board
from signaling.server.material_api import refusal

_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "woff2": "font/woff2",
}
_SAFE = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

_FONT_S = 7 * 86_400

BOARD_S = 1.0
"""So long an answer of /board.json serves everyone who asks."""


class _Page(msgspec.Struct, frozen=True):
    content: bytes
    media_type: str
    etag: str


class PageApi:
    """The routes. ``board`` is the hall's word on what the board shows; None when there is no public board."""

    def __init__(self, board: Callable[[], Board] | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._board = board
        self._clock = clock
        self._shown: tuple[float, bytes] | None = None
        self._pages = _read()

    def routes(self) -> list[Route]:
        """For the application."""
        routes = [
            Route("/manage", self.whole("manage.html"), methods=["GET"]),
            Route("/pages/hall-cjk.ttc", _font, methods=["GET"]),
            Route("/pages/{file}", self._file, methods=["GET"]),
        ]
        if (board := self._board) is not None:

            async def board_now(_: Request) -> Response:
                return self._answer_board(board)

            routes += [
                Route("/board", self.whole("board.html"), methods=["GET"]),
                Route("/board.json", board_now, methods=["GET"]),
            ]
        return routes

    def whole(self, name: str) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint that answers with this page."""

        async def page(request: Request) -> Response:
            return self._answer(request, name)

        return page

    async def _file(self, request: Request) -> Response:
        return self._answer(request, request.path_params["file"])

    def _answer(self, request: Request, name: str) -> Response:
        page = self._pages.get(name)
        if page is None:
            return refusal(ErrorCode.NOT_FOUND)
        headers = _SAFE | {"Cache-Control": "no-cache", "ETag": page.etag}
        if page.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(page.content, media_type=page.media_type, headers=headers)

    def _answer_board(self, board: Callable[[], Board]) -> Response:
        if self._shown is None or self._clock() - self._shown[0] >= BOARD_S:
            self._shown = (self._clock(), msgspec.json.encode(board()))
        headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
        return Response(self._shown[1], media_type="application/json", headers=headers)


async def _font(_: Request) -> Response:
    """The font with the rare characters of names, from its package; a browser asks only when the machine lacks one."""
    path = Path(str(files("noto_cjk_sans_otc"))) / "NotoSansCJK-Regular.ttc"
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": f"public, max-age={_FONT_S}"}
    return FileResponse(path, media_type="font/collection", headers=headers)


def _read() -> dict[str, _Page]:
    pages = {}
    for entry in files("signaling.server").joinpath("pages").iterdir():
        media_type = _TYPES.get(entry.name.rpartition(".")[2])
        if media_type is not None:
            content = entry.read_bytes()
            pages[entry.name] = _Page(content, media_type, f'"{hashlib.sha256(content).hexdigest()[:20]}"')
    return pages
