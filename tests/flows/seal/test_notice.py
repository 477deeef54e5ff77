"""A notice that left the real hall, before judges we did not write: seal, timestamps, text, printed code, public check.

One case is accepted through the server for an applicant with a rare name; every test looks at the same file.
"""

import asyncio
import hashlib
import json
import re
import subprocess
import sys
import urllib.request
from base64 import b32decode
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import cbor2
import msgspec
import pytest
import zxingcpp
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate
from cwt import COSE, COSEKey
from PIL import Image
from pyhanko.pdf_utils.reader import PdfFileReader

from reviewer.demo.hall_process import HallProcess
from signaling.protocol.values import Applicant, CaseView, NoticeView

APPLICANT = Applicant("person", "江𬬻", "resident_id", "11010519491231002X", "13800000000")

Judge = Callable[..., str]


class Issued(msgspec.Struct):
    """What the desk saw, what the terminal got, and where it happened."""

    hall: HallProcess
    folder: Path
    case: CaseView
    number: str
    preview: bytes
    notice: NoticeView
    file: bytes

    @property
    def path(self) -> Path:
        return self.folder / "notice.pdf"

    @property
    def root(self) -> Path:
        return self.folder / "root.pem"

    def ask(self, path: str, body: bytes | None) -> Any:
        """An answer of the hall to whoever asks by HTTP."""
        address = self.hall.url.replace("ws", "http", 1).removesuffix("/hall") + path
        asked = urllib.request.Request(address, body)  # noqa: S310 - our own hall
        with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310 - our own hall
            return json.load(answer)

    def ask_code(self, code: str) -> Any:
        """The public check by a code."""
        return self.ask("/notices/code", json.dumps({"code": code}).encode())


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory, counter_of: Any) -> Iterator[Issued]:
    folder = tmp_path_factory.mktemp("issued")
    with HallProcess(folder / "hall", folder / "server.log") as hall:
        done = asyncio.run(play(hall, folder, counter_of))
        done.path.write_bytes(done.file)
        done.root.write_text(hall.device().trust_root)
        yield done
    log = (folder / "server.log").read_text("utf-8")
    assert not re.search("Traceback|WARNING|ERROR", log), log
    assert APPLICANT.name not in log


async def play(hall: HallProcess, folder: Path, counter_of: Any) -> Issued:
    async with counter_of(hall, folder).at_the_hall() as counter:
        case = await counter.submit(APPLICANT)
        call = await counter.review()
        shown = await counter.preview(case.case_id)
        preview = await counter.draft(shown.digest)
        await counter.decide(shown)
        notice, file = await counter.receive(case.case_id)
        await counter.hang_up(call)
    return Issued(hall, folder, case, shown.number, preview, notice, file)


def test_what_the_desk_saw_is_what_is_sealed(issued: Issued, keeper: Callable[..., str], tmp_path: Path) -> None:
    base = hashlib.sha256(issued.preview).hexdigest()
    digest = hashlib.sha256(issued.file).hexdigest()
    assert issued.preview.rstrip().endswith(b"%%EOF")
    assert issued.file.startswith(issued.preview)
    assert (issued.notice.number, issued.notice.digest) == (issued.number, digest)
    with pytest.raises(HTTPError, match="401"):
        issued.ask(f"/drafts/{base}", None)

    assert issued.number in keeper(issued.hall, "notices", "list", issued.case.case_id)
    said = keeper(issued.hall, "notices", "show", issued.number)
    assert base in said
    assert f"B-LTA {digest}" in said
    keeper(issued.hall, "notices", "export", issued.number, "-o", str(tmp_path / "again.pdf"))
    assert (tmp_path / "again.pdf").read_bytes() == issued.file
    keeper(issued.hall, "notices", "check", "--whole")
    assert "待盖章" not in keeper(issued.hall, "notices", "gaps")
    keeper(issued.hall, "seal", "check")
    assert issued.hall.login().reviewer in keeper(issued.hall, "seal", "log", "--case", issued.case.case_id)


def test_judges_find_seal_timestamps_and_file_sound(issued: Issued, judge: Judge, tmp_path: Path) -> None:
    seal, archive = PdfFileReader(BytesIO(issued.file)).embedded_signatures
    certificates = [one.dump() for one in seal.signed_data["certificates"]]
    assert len(certificates) == 2, "the seal's own and its issuer's"
    database = tmp_path / "nss"
    database.mkdir()
    judge("certutil", "-N", "-d", f"sql:{database}", "--empty-password")
    judge("certutil", "-A", "-n", "root", "-t", "CT,C,C", "-i", issued.root, "-d", f"sql:{database}")
    for number, certificate in enumerate(certificates):
        path = tmp_path / f"certificate-{number}"
        path.write_bytes(certificate)
        judge("certutil", "-A", "-n", f"c{number}", "-t", ",,", "-i", path, "-d", f"sql:{database}")
    said = judge("pdfsig", "-nssdir", database, issued.path).split("Signature #")
    assert len(said) == 3
    assert "Signature is Valid" in said[1]
    assert "Certificate is Trusted" in said[1]
    assert "Total document signed" in said[2]

    for name, signature in (("seal", seal), ("archive", archive)):
        _, before, after, rest = (int(number) for number in signature.byte_range)
        contents = signature.pkcs7_content
        (tmp_path / name).write_bytes(contents[: 4 + int.from_bytes(contents[2:4], "big")])  # without the padding
        (tmp_path / f"{name}.data").write_bytes(issued.file[:before] + issued.file[after : after + rest])
    assert after + rest == len(issued.file)
    (token,) = seal.signer_info["unsigned_attrs"][0]["values"]
    (tmp_path / "token").write_bytes(token.dump())
    (tmp_path / "token.data").write_bytes(seal.signer_info["signature"].native)
    options = ["-cades", "-binary", "-purpose", "any", "-inform", "DER", "-CAfile", issued.root]
    files = ["-in", tmp_path / "seal", "-content", tmp_path / "seal.data", "-out", tmp_path / "out"]
    assert "CAdES Verification successful" in judge("openssl", "cms", "-verify", *options, *files)
    for name in ("token", "archive"):
        files = ["-in", tmp_path / name, "-data", tmp_path / f"{name}.data", "-CAfile", issued.root]
        assert "Verification: OK" in judge("openssl", "ts", "-verify", "-token_in", *files)

    judge("qpdf", "--check", issued.path)
    assert len(judge("pdfimages", "-list", issued.path).splitlines()) == 2, "a heading and no picture"
    text = "".join(judge("pdftotext", "-layout", issued.path, "-").split())
    for words in ("受理通知书", issued.number, issued.case.case_id, issued.case.ticket_number, issued.case.item.name):
        assert "".join(words.split()) in text, words
    assert "申请人江𬬻" in text
    assert APPLICANT.id_number not in text


def test_others_read_the_printed_code(issued: Issued, judge: Judge, tmp_path: Path) -> None:
    """From a raster of the page, as a phone does; with another COSE library; and by asking the hall."""
    judge("pdftoppm", "-r", "200", "-gray", "-png", issued.path, tmp_path / "page")
    codes = [code for page in sorted(tmp_path.glob("page*.png")) for code in zxingcpp.read_barcodes(Image.open(page))]
    (text,) = (code.text for code in codes)
    address, _, coded = text.rpartition("/")
    message = b32decode(coded + "=" * (-len(coded) % 8))
    (path,) = issued.hall.data.glob("signing/seals/*/code.crt")
    certificate = load_pem_x509_certificate(path.read_bytes())
    key = certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    kid = hashlib.sha256(certificate.public_bytes(Encoding.DER)).digest()[:4]
    public = COSEKey.from_pem(key, kid=kid, alg="ES256")
    said = cbor2.loads(COSE.new().decode(message, keys=public, external_aad=address.encode()))
    assert {issued.number, APPLICANT.name, issued.case.case_id} <= {
        one for one in said.values() if isinstance(one, str)
    }
    assert hashlib.sha256(issued.preview).digest()[:16] in said.values()
    assert APPLICANT.id_number not in str(said)

    found = issued.ask_code(text)
    assert (found["state"], found["number"], found["is_test"]) == ("issued", issued.number, True)
    assert found["digest"] == issued.notice.digest
    assert "𬬻" not in str(found), "names are masked"
    changed = coded[:40] + ("A" if coded[40] != "A" else "B") + coded[41:]
    assert issued.ask_code(f"{address}/{changed}") == {"state": "forged"}


def test_the_query_code_finds_this_notice_and_no_other(issued: Issued, judge: Judge) -> None:
    text = "".join(judge("pdftotext", issued.path, "-").split())
    code = issued.notice.query_code
    dashed = "-".join((code[:4], code[4:8], code[8:]))
    assert dashed in text
    for typed in (code, dashed, dashed.lower()):
        found = issued.ask_code(typed)
        assert (found["state"], found["number"]) == ("issued", issued.number)
    other = code[:-1] + ("7" if code[-1] != "7" else "8")
    assert issued.ask_code(other) == {"state": "unknown"}
    assert list(issued.ask_code(issued.number)) == ["state"], "a number can be guessed and finds nothing"


def test_the_file_is_known_and_a_changed_one_is_not(issued: Issued, tmp_path: Path) -> None:
    report = issued.ask("/notices/file", issued.file)
    assert (report["verdict"], report["level"], report["is_issued"], report["state"]) == (
        "valid",
        "B-LTA",
        True,
        "issued",
    )
    flipped = bytearray(issued.file)
    flipped[len(issued.preview) // 2] ^= 1
    for changed in (issued.file + b"\n", bytes(flipped), issued.preview):
        report = issued.ask("/notices/file", changed)
        assert report["verdict"] != "valid", report
        assert not report.get("is_issued")
    for content, code in ((issued.file, 0), (issued.file + b"\n", 1)):
        (tmp_path / "a.pdf").write_bytes(content)
        words = [sys.executable, "-m", "esign", "verify", str(tmp_path / "a.pdf"), "--trust", str(issued.root)]
        done = subprocess.run(words, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == code, done.stdout + done.stderr
        assert ("真实有效" in done.stdout) == (code == 0)
