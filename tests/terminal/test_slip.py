"""The slip of a case, read by an independent reader: number, masked name, token as text and as code."""

from datetime import date
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy as np
import pytest
from pypdf import PdfReader

from annotate import PageSource
from signaling.protocol.values import Clock, Deposit
from terminal.slip import make_slip

pytestmark = pytest.mark.slow


def text_of(path: Path) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(path).pages).split())


def test_the_slip_says_what_the_applicant_needs(play: Any, tmp_path: Path) -> None:
    play.waiting()
    clock = Clock("tell", "running", date(2026, 11, 23), date(2026, 11, 27), 5, 0)
    deposit = Deposit("d1", "stored", "T-01", 12, ("form",), 3)
    case = msgspec.structs.replace(play.case, clocks=(clock,), deposits=(deposit,))
    path = tmp_path / "slip.pdf"
    path.write_bytes(make_slip(case))
    said = text_of(path)
    for words in ("A001", "7K2M9QX4TC", "排污许可证核发", "12号", "2026年11月27日", "生产厂区总平面图"):
        assert words in said, words
    assert case.applicant.name not in said, "slips are left lying about"
    with PageSource.open(path) as source:
        image = source.render(0, 3.0)
    picture = np.frombuffer(image.rgb, np.uint8).reshape(image.height, image.width, 3)
    assert cv2.QRCodeDetector().detectAndDecode(picture)[0] == case.token


def test_a_pre_review_has_no_legal_clock(play: Any, tmp_path: Path) -> None:
    play.waiting()
    path = tmp_path / "slip.pdf"
    path.write_bytes(make_slip(msgspec.structs.replace(play.case, state="pre_review")))
    assert "预审" in text_of(path)
