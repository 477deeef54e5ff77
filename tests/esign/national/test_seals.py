"""Test seals: made whole or not at all, private, loaded again, refused when parts do not belong together."""

import io
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from esign.errors import BadNotice, BadSealFolder
from esign.national import NationalSeal, load_national_seal, make_national_test_seal
from esign.national.certificates import Sm2Certificate, chain_problem
from esign.national.seals import TEST_ROOT_NAME, stamp_picture
from esign.national.ses import read_seal
from esign.national.sm import Sm2Key
from esign.stamp import StampDesign

ORGANISATION = "北京市通州区政务服务管理局"
OFD = "{http://www.ofdspec.org/2016}"


def test_made_loaded_and_private(tmp_path: Path, now: datetime) -> None:
    folder = tmp_path / "deep" / "seal"
    made = make_national_test_seal(folder, ORGANISATION, now=now)
    assert made.is_test
    assert {path.name for path in folder.iterdir()} == {"seal.json", "seal.key", "seal.crt", "seal.esl", "roots.crt"}
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / "seal.key").stat().st_mode & 0o077 == 0
    again = make_national_test_seal(folder, ORGANISATION)
    assert (again.esl, again.certificate) == (made.esl, made.certificate)
    assert [path.name for path in folder.parent.iterdir()] == ["seal"]
    seal = read_seal(made.esl)
    assert seal.name == ORGANISATION + "行政审批专用章"
    assert seal.valid_from <= now <= seal.valid_until
    assert seal.valid_until > now + timedelta(days=3600)


def test_its_chain_says_test(national_seal: NationalSeal, now: datetime) -> None:
    from_pem = national_seal.roots_pem.splitlines()
    assert from_pem[0] == b"-----BEGIN CERTIFICATE-----"
    certificate = Sm2Certificate.read(national_seal.certificate)
    assert certificate.issuer_name == TEST_ROOT_NAME
    assert "TEST ONLY" in TEST_ROOT_NAME
    assert chain_problem(certificate, (), now) == "issuer_unknown"


def test_another_organisation_is_refused(tmp_path: Path) -> None:
    make_national_test_seal(tmp_path / "seal", ORGANISATION)
    with pytest.raises(BadSealFolder, match="another organisation"):
        make_national_test_seal(tmp_path / "seal", "另一机关")


def test_a_name_that_does_not_fit_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(BadNotice):
        make_national_test_seal(tmp_path / "seal", "局" * 60)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["seal.json", "seal.key", "seal.crt", "seal.esl", "roots.crt"])
def test_missing_or_foreign_parts(tmp_path: Path, name: str) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    make_national_test_seal(one, ORGANISATION)
    if name in ("seal.key", "seal.crt", "seal.esl"):
        make_national_test_seal(two, ORGANISATION)
        (one / name).write_bytes((two / name).read_bytes())
        with pytest.raises(BadSealFolder, match=r"belong|made for"):
            load_national_seal(one)
    (one / name).unlink()
    with pytest.raises(BadSealFolder):
        load_national_seal(one)


def test_a_key_that_is_none(tmp_path: Path) -> None:
    make_national_test_seal(tmp_path / "seal", ORGANISATION)
    (tmp_path / "seal" / "seal.key").write_bytes(b"junk")
    with pytest.raises(BadSealFolder):
        load_national_seal(tmp_path / "seal")
    (tmp_path / "seal" / "seal.key").write_bytes(Sm2Key.generate().to_pem())
    with pytest.raises(BadSealFolder, match="belong"):
        load_national_seal(tmp_path / "seal")


def test_the_picture_is_a_page_of_the_stamp() -> None:
    design = StampDesign(ORGANISATION, "行政审批专用章")
    data = stamp_picture(design)
    assert data == stamp_picture(design)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        page = ElementTree.fromstring(archive.read("Doc_0/Pages/Page_0/Content.xml"))  # noqa: S314 - our own
    box = page.find(f"{OFD}Area/{OFD}PhysicalBox")
    assert box is not None
    assert box.text == "0 0 42 42"
    paths = list(page.iter(f"{OFD}PathObject"))
    assert len(paths) == 2  # ring and star; writing
    for path in paths:
        x, y, width, height = map(float, path.attrib["Boundary"].split())
        assert -0.1 <= x <= x + width <= 42.1
        assert -0.1 <= y <= y + height <= 42.1
        colour = path.find(f"{OFD}FillColor")
        assert colour is not None
        assert colour.attrib["Value"] == "219 13 20"
