"""The demo's papers: they open, have the sizes they claim, valid numbers, and the real page finder finds the sheet."""

import subprocess
from pathlib import Path

import cv2
import pytest
from PIL import Image

from annotate import inspect
from reviewer.demo.papers import APPLICANT, Papers, draw_papers, found_papers
from signaling.protocol.identity import credit_code_fault
from terminal.scan import scan_page

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    return draw_papers(tmp_path_factory.mktemp("drawn"))


def test_the_applicant_is_invented_with_a_valid_number() -> None:
    assert credit_code_fault(APPLICANT.id_number) is None
    assert "𬬻" in APPLICANT.legal_representative


def test_the_files_open_with_their_sizes(papers: Papers) -> None:
    assert inspect(papers.shot).media_type == "image/jpeg"
    assert inspect(papers.scan).page_count == 3
    for drawing in (papers.drawing, papers.corrected_drawing):
        info = inspect(drawing)
        assert info.page_count == 1
        width_mm, height_mm = (points / 72 * 25.4 for points in info.sizes_pt[0])
        assert (round(width_mm), round(height_mm)) == (841, 594), "A1, landscape (ISO 216)"


def test_the_page_finder_finds_the_sheet(papers: Papers) -> None:
    shot = cv2.imread(str(papers.shot))
    assert shot is not None
    page = scan_page(shot)
    assert page.is_cropped
    assert page.verdict == "sharp"
    height, width = page.picture.shape[:2]
    assert height / width == pytest.approx(297 / 210, rel=0.04)


def test_only_the_new_version_has_what_the_review_asks_for(papers: Papers) -> None:
    def text(path: Path) -> str:
        return subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout

    old, new = text(papers.drawing), text(papers.corrected_drawing)
    assert "危险废物暂存间" in old
    assert "HDPE" not in old
    assert "HDPE" in new
    assert "34.0 m" in new


def test_own_files_take_the_places_they_fit(papers: Papers, tmp_path: Path) -> None:
    below = tmp_path / "below"
    below.mkdir()
    pages = [Image.new("RGB", (60, 80), "white")] * 4
    pages[0].save(below / "a.pdf", save_all=True, append_images=pages[1:])
    Image.new("RGB", (900, 600), "white").save(tmp_path / "图.pdf")
    Image.new("RGB", (900, 600), "white").save(tmp_path / "图-改.pdf")
    Image.new("RGB", (80, 60), "white").save(tmp_path / "b.png")
    found = found_papers(tmp_path, papers)
    given = (tmp_path / "b.png", below / "a.pdf", tmp_path / "图.pdf", tmp_path / "图-改.pdf")
    assert found == Papers(*given, papers.statement)


def test_an_empty_folder_leaves_the_drawn_papers(papers: Papers, tmp_path: Path) -> None:
    assert found_papers(tmp_path, papers) == papers
