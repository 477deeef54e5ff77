"""Bad papers, at the booth and over HTTP: a code and a sentence each, no trace left, and a good one may follow."""

import asyncio
import io
import os
import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from pypdf import PdfWriter

from reviewer.demo.papers import APPLICANT
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import Done, SubmitCase, WithdrawCase
from terminal.qt.sentences import sentence
from terminal.settings import Settings

DEADLINE_S = 30.0 * float(os.environ.get("TEST_SLOWNESS", "1"))


def digest_of(content: bytes) -> str:
    return sha256(content).hexdigest()


# --- papers at the booth -----------------------------------------------------------------------------


def locked_pdf() -> bytes:
    out, writer = io.BytesIO(), PdfWriter()
    writer.add_blank_page(300, 300)
    writer.encrypt("a password", algorithm="AES-256")
    writer.write(out)
    return out.getvalue()


BAD_FILES: dict[str, tuple[str, Callable[[Callable[..., bytes]], bytes], str]] = {
    "a broken document": (".pdf", lambda _: b"%PDF-1.7\n" + bytes(range(256)) * 20, "file_unreadable"),
    "half a picture": (".png", lambda picture: picture("PNG")[:100_000], "file_unreadable"),
    "an encrypted one": (".pdf", lambda _: locked_pdf(), "file_encrypted"),
    "an empty one": (".pdf", lambda _: b"", "file_empty"),
    "one too large for the hall": (".png", lambda picture: picture("PNG", 700), "material_too_large"),
    "a misnamed one": (".pdf", lambda picture: picture("PNG"), "file_misnamed"),
    "words": (".pdf", lambda _: "一段文字".encode() * 40, "file_unsupported"),
    "a kind the hall does not take": (".bmp", lambda picture: picture("BMP"), "material_unsupported"),
}


def is_sentence(code: str) -> bool:
    words = sentence(code)
    return bool(re.search("[\u4e00-\u9fff]{4,}", words)) and code not in words


@pytest.mark.parametrize("kind", BAD_FILES)
async def test_a_bad_file_is_refused_at_the_booth(
    kind: str, hall: Any, booth_at: Any, at_booth: Any, tmp_path: Path
) -> None:
    suffix, make, code = BAD_FILES[kind]
    bad, good = tmp_path / f"{at_booth.FILE_NAME}{suffix}", tmp_path / "good.png"
    bad.write_bytes(make(at_booth.picture))
    good.write_bytes(at_booth.picture("PNG"))
    async with asyncio.timeout(DEADLINE_S), booth_at(hall) as booth:
        tray = booth.session.tray
        await at_booth.to_papers(booth)
        assert await at_booth.hand_in(booth, "form", good) == ""
        before = hall.stored()
        assert await at_booth.hand_in(booth, "plan", bad) == code
        assert is_sentence(code)
        assert hall.stored() == before
        assert tray.papers["form"].state == "ready"
        assert "plan" in {slot.code for slot in tray.missing}
        assert await at_booth.hand_in(booth, "plan", good) == "", "a good one may take its place"


async def test_a_file_that_changes_between_check_and_upload(
    hall: Any, booth_at: Any, at_booth: Any, tmp_path: Path
) -> None:
    good = tmp_path / "good.png"
    good.write_bytes(at_booth.picture("PNG", 301))
    async with asyncio.timeout(DEADLINE_S), booth_at(hall) as booth:
        await at_booth.to_papers(booth)
        tray, before = booth.session.tray, hall.stored()

        def change() -> None:
            paper = tray.papers.get("form")
            if paper is not None and paper.state == "uploading" and paper.material is not None:
                Path(tray.files[paper.material.digest]).write_bytes(at_booth.picture("PNG", 302)[: paper.total])

        booth.session.subscribe(change)
        assert await at_booth.hand_in(booth, "form", good) == "material_damaged"
        assert is_sentence("material_damaged")
        assert hall.stored() == before


async def test_a_document_camera_that_disappears(hall: Any, at_booth: Any, tmp_path: Path) -> None:
    folder = tmp_path / "camera"
    folder.mkdir()
    sheet = np.full((900, 700, 3), 240, np.uint8)
    cv2.putText(sheet, "form", (200, 400), cv2.FONT_HERSHEY_SIMPLEX, 4, (20, 20, 20), 9)
    cv2.imwrite(str(folder / "sheet.png"), sheet)
    settings = Settings(device=hall.device(), url=hall.url, out=tmp_path / "prints", camera=str(folder))
    async with asyncio.timeout(DEADLINE_S), at_booth.open(settings) as booth:
        await at_booth.to_papers(booth)
        tray = booth.session.tray

        async def shoot() -> Any:
            tray.shoot()
            await at_booth.until(booth.session, lambda: tray.capture is not None and not tray.capture.is_shooting)
            return tray.capture

        tray.start_capture("form")
        assert len((await shoot()).shots) == 1
        folder.rename(tmp_path / "gone")
        lost = await shoot()
        assert (lost.problem, len(lost.shots)) == ("camera_missing", 1), "the page that was taken stays"
        assert is_sentence("camera_missing")
        (tmp_path / "gone").rename(folder)
        assert len((await shoot()).shots) == 2
        assert tray.capture is not None
        assert tray.capture.can_finish
        tray.finish_capture()
        await at_booth.until(booth.session, lambda: tray.papers["form"].state == "ready")


# --- materials over HTTP -----------------------------------------------------------------------------

BAD_UPLOADS: dict[str, tuple[int, str, bytes, str]] = {
    "the digest of other bytes": (422, "material_damaged", b"%PDF-1.7 one", digest_of(b"%PDF-1.7 two")),
    "no digest at all": (404, "not_found", b"%PDF-1.7", "hall.db"),
    "an unsupported kind": (415, "material_unsupported", b"MZ" * 90, digest_of(b"MZ" * 90)),
    "nothing": (415, "material_unsupported", b"", digest_of(b"")),
    "more than the limit": (413, "material_too_large", b"%PDF-" * 300_000, digest_of(b"%PDF-" * 300_000)),
}


@pytest.mark.parametrize("kind", BAD_UPLOADS)
async def test_a_bad_upload_leaves_no_trace(kind: str, hall: Any, people: Any) -> None:
    status, code, content, digest = BAD_UPLOADS[kind]
    async with people.online(people.terminal()) as [party]:
        kept = (await party.hand_in())[0].digest
        before = hall.stored()
        answer = await party.http("PUT", digest, content)
        assert (answer.status_code, party.code_of(answer)) == (status, code)
        assert hall.stored() == before
        assert (await party.http("HEAD", digest)).status_code == 404
        assert (await party.http("HEAD", kept)).status_code == 200


async def test_a_stranger_can_neither_put_nor_get(hall: Any, people: Any) -> None:
    content = b"%PDF-1.7 of a stranger"
    async with people.online(people.terminal()) as [party]:
        kept, before = (await party.hand_in())[0].digest, hall.stored()
        for method, digest in (("PUT", digest_of(content)), ("PUT", kept), ("GET", kept), ("GET", "0" * 64)):
            answer = await party.http(method, digest, content if method == "PUT" else b"", is_stranger=True)
            assert (answer.status_code, party.code_of(answer)) == (401, "not_authenticated")
        assert hall.stored() == before | {kept}


async def test_anothers_material_looks_like_none(hall: Any, people: Any) -> None:
    async with people.online(people.terminal(), people.terminal(), people.reviewer()) as [owner, other, desk]:
        materials = await owner.hand_in()
        ticket = await owner.ask(SubmitCase("r", people.ITEM, APPLICANT, materials, consents_to_video=True))
        assert (await owner.http("GET", materials[0].digest)).status_code == 200
        for party in (other, desk):
            for method in ("GET", "HEAD"):
                theirs = await party.http(method, materials[0].digest)
                none = await party.http(method, "0" * 64)
                assert theirs.status_code == none.status_code == 404
                assert theirs.content == none.content
                assert {**theirs.headers, "date": ""} == {**none.headers, "date": ""}
        answer = await desk.http("PUT", digest_of(b"%PDF-"), b"%PDF-")
        assert (answer.status_code, party.code_of(answer)) == (415, "material_unsupported"), "only pictures"
        stolen = SubmitCase("s", people.ITEM, APPLICANT, materials, consents_to_video=True)
        await other.refused(stolen, ErrorCode.MATERIAL_MISSING)
        assert isinstance(await owner.ask(WithdrawCase("w", ticket.case.case_id)), Done)
