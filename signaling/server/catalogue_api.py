"""Hands out the catalogue (``GET /catalogue/{digest}``) and takes up another one while the hall is open.

Public: a service guide is no secret, and a digest names one text for ever, so anyone may keep it.
"""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from signaling.hall.events import CatalogueChanged
from signaling.hall.offering import Offering
from signaling.protocol.errors import ErrorCode
from signaling.server.catalogue import Publication, publish, read_catalogue
from signaling.server.errors import SettingsWrong
from signaling.server.material_api import refusal

logger = logging.getLogger(__name__)

_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
}


class CatalogueApi:
    """The catalogue that holds now."""

    def __init__(self, publication: Publication) -> None:
        self._publication = publication

    def offering(self) -> Offering:
        """For a hall that is built now."""
        return Offering(self._publication.items, self._publication.digest)

    def skills(self) -> list[str]:
        """Every skill an item asks for."""
        return sorted({item.skill for item in self._publication.items})

    def routes(self) -> list[Route]:
        """For the application."""
        return [Route("/catalogue/{digest}", self._get, methods=["GET"])]

    async def watch(self, imported: Path, happen: Callable[[CatalogueChanged], None], look_s: float = 1.0) -> None:
        """Until cancelled: take up what ``items import`` puts at ``imported``, looking every so many seconds."""
        seen = _stamp(imported)
        while True:
            await asyncio.sleep(look_s)
            stamp = _stamp(imported)
            if stamp != seen:
                seen = stamp
                if (changed := await self.take_up(imported)) is not None:
                    happen(changed)

    async def take_up(self, imported: Path) -> CatalogueChanged | None:
        """Serve this file from now on. None, with a line in the log, when it is gone, faulty or the same."""
        try:
            publication = await asyncio.to_thread(lambda: publish(read_catalogue(imported)))
        except SettingsWrong as problem:
            logger.error("catalogue not taken up: %s", problem)
            return None
        if publication.digest == self._publication.digest:
            return None
        self._publication = publication
        logger.info("catalogue %s taken up, %d items", publication.digest[:12], len(publication.items))
        return CatalogueChanged(publication.items, publication.digest)

    async def _get(self, request: Request) -> Response:
        publication = self._publication
        if request.path_params["digest"] != publication.digest:
            return refusal(ErrorCode.NOT_FOUND)
        is_compressed = "gzip" in request.headers.get("accept-encoding", "")
        headers = _HEADERS | ({"Content-Encoding": "gzip"} if is_compressed else {})
        content = publication.compressed if is_compressed else publication.content
        return Response(content, media_type="application/json", headers=headers)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_size, stat.st_mtime_ns
