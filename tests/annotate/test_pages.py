"""Opening and rendering through the real child process, with good, bad and hostile files."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from annotate.errors import PageError
from annotate.pages import PageSource, RenderedImage, inspect, scaled_size, sniff

pytestmark = pytest.mark.slow


def pixels(image: RenderedImage) -> NDArray[np.uint8]:
    return np.frombuffer(image.rgb, dtype=np.uint8).reshape(image.height, image.width, 3)


def test_a_pdf_with_rotated_and_cropped_pages(make_pdf: Callable[..., Path]) -> None:
    path = make_pdf((300, 200, 0, None), (300, 200, 90, None), (400, 300, 180, (50, 40, 350, 240)))
    with PageSource.open(path) as source:
        assert source.info.media_type == "application/pdf"
        assert source.info.sizes_pt == ((300, 200), (200, 300), (300, 200))
        assert not source.info.is_misnamed
        # The grey 40 x 20 square lies at the user space origin: bottom left, top left, top right.
        for page, (x, y) in enumerate(((10, 195), (10, 10), (290, 5))):
            whole = pixels(source.render(page, 1.0))
            assert abs(int(whole[y, x, 0]) - 204) <= 1
            assert (whole == 255).mean() > 0.9


def test_regions_join_without_a_seam(make_pdf: Callable[..., Path]) -> None:
    with PageSource.open(make_pdf((301.3, 199.7, 0, None))) as source:
        whole = pixels(source.render(0, 1.37))
        height, width = whole.shape[:2]
        assert (width, height) == scaled_size((301.3, 199.7), 1.37)
        left = pixels(source.render(0, 1.37, (0, 0, 33, height)))
        right = pixels(source.render(0, 1.37, (33, 0, 10_000, 10_000)))  # cut at the edge
        assert np.array_equal(np.hstack((left, right)), whole)
        with pytest.raises(ValueError, match="outside"):
            source.render(0, 1.37, (width, 0, 5, 5))
        with pytest.raises(IndexError):
            source.render(1, 1.0)
        with pytest.raises(PageError) as caught:
            source.render(0, 100.0)
        assert caught.value.code == "too_large"


def test_a_worker_that_dies_costs_one_page(bomb_pdf: Path) -> None:
    before = _children()
    with PageSource.open(bomb_pdf) as source:
        with pytest.raises(PageError) as caught:
            source.render(0, 1.0, deadline_s=0.4)
        assert caught.value.code in ("timed_out", "crashed", "too_large")
        assert _children() == before
        with pytest.raises(PageError):
            source.render(0, 1.0, deadline_s=0.8)  # again alive, and again stopped
    with pytest.raises(PageError):
        source.render(0, 1.0)


def test_closing_ends_a_render_in_another_thread(bomb_pdf: Path) -> None:
    before = _children()
    source = PageSource.open(bomb_pdf)
    codes: list[str] = []
    started = threading.Event()

    def render() -> None:
        started.set()
        try:
            source.render(0, 1.0)
        except PageError as error:
            codes.append(error.code)

    thread = threading.Thread(target=render)
    thread.start()
    assert started.wait(5)
    begin = time.monotonic()
    source.close()
    thread.join(5)
    assert time.monotonic() - begin < 3
    assert codes == ["crashed"]
    assert _children() == before


def _children() -> set[str]:
    tasks = Path("/proc/self/task").glob("*/children")
    return {child for task in tasks for child in task.read_text().split()}


def test_threads_share_a_source(make_pdf: Callable[..., Path]) -> None:
    with PageSource.open(make_pdf((300, 200, 0, None), (200, 300, 0, None))) as source:
        wanted = [source.render(page, 1.0).rgb for page in (0, 1)]
        wrong: list[int] = []

        def render(page: int) -> None:
            wrong.extend(page for _ in range(10) if source.render(page, 1.0).rgb != wanted[page])

        threads = [threading.Thread(target=render, args=(number % 2,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert wrong == []


def test_a_picture_has_a_size_on_paper_and_is_rendered(make_picture: Callable[..., Path]) -> None:
    info = inspect(make_picture("shot.png", (300, 150), dpi=(300, 300)))
    assert info.media_type == "image/png"
    assert info.pixels == ((300, 150),)
    assert info.sizes_pt[0] == pytest.approx((72, 36), abs=0.1)


def test_misnamed_files_are_found_out(make_picture: Callable[..., Path]) -> None:
    jpeg = make_picture("a.jpg")
    named_pdf = jpeg.rename(jpeg.with_name("really.pdf"))
    info = inspect(named_pdf)
    assert (info.media_type, info.is_misnamed) == ("image/jpeg", True)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00 a program", "unsupported"),
        (b"%PDF-1.7\nnothing of the kind", "unreadable"),
        (b"\x89PNG\r\n\x1a\n cut off", "unreadable"),
        (b"II*\x00\x08\x00\x00\x00\xff\xff", "unreadable"),
        (b"BM6", "unreadable"),
    ],
)
def test_broken_files_have_their_code(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "handed_in.pdf"
    path.write_bytes(content)
    with pytest.raises(PageError) as caught:
        inspect(path)
    assert caught.value.code == code


def test_truncated_files_are_unreadable(
    make_pdf: Callable[..., Path], make_picture: Callable[..., Path], tmp_path: Path
) -> None:
    for whole in (make_pdf(), make_picture("a.jpg", (2000, 1500))):
        cut = tmp_path / f"cut{whole.suffix}"
        cut.write_bytes(whole.read_bytes()[:300])
        with pytest.raises(PageError) as caught:
            inspect(cut)
        assert caught.value.code in ("unreadable", "empty")


def test_an_encrypted_pdf_says_so(make_pdf: Callable[..., Path]) -> None:
    with pytest.raises(PageError) as caught:
        inspect(make_pdf(password="secret"))
    assert caught.value.code == "encrypted"


def test_what_is_no_file_is_unreadable(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo.pdf"
    os.mkfifo(fifo)
    for path in (tmp_path / "missing.pdf", tmp_path, fifo):
        with pytest.raises(PageError) as caught:
            PageSource.open(path)
        assert caught.value.code == "unreadable"


def test_sniffing_asks_the_bytes_alone() -> None:
    assert sniff(b"junk before\n%PDF-1.4") == "application/pdf"
    assert sniff(b"MM\x00*") == "image/tiff"
    assert sniff(b"GIF89a") is None
