"""The file list: rows with name, kind and size; folders; nothing there; where it is shown."""

from typing import Any

from PyQt6.QtWidgets import QApplication, QLabel

from terminal.effects import HandIn, ListFiles
from terminal.papers import FileRow
from terminal.qt.files import FilesPanel
from terminal.qt.window import BoothWindow

ROWS = (
    FileRow("/stick/a", "工程图", ""),
    FileRow("/stick/1.pdf", "排污许可证申请表（盖章扫描件）-" + "final_" * 12 + "v2.pdf", "PDF", 1_300_000, 1.7e9),
    FileRow("/stick/2.jpg", "平面图.jpg", "图片", 700_000, 1.6e9),
)


def listed(play: Any, rows: tuple[FileRow, ...]) -> None:
    play.session.tray.files_listed(play.of(ListFiles)[-1].listing_id, rows)


def said(panel: Any) -> list[str]:
    QApplication.processEvents()  # new rows are shown with the next layout
    return [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]


def test_choose(play: Any, show: Any, clipped: Any) -> None:
    panel = show(FilesPanel(play.at_materials().session))
    play.session.tray.start_choosing("form")
    assert "正在读取…" in said(panel)
    listed(play, ROWS)
    assert panel.title.text() == "选择文件：排污许可证申请表"
    assert any(text.startswith("PDF，1.2 MB，2023-11-") for text in said(panel))
    assert clipped(panel) == []
    panel.choices["/stick/a"].click()
    listed(play, ())
    assert "这个文件夹里没有可以交的文件" in said(panel)
    panel.leave.click()
    listed(play, ROWS)
    panel.choices["/stick/2.jpg"].click()
    assert play.of(HandIn)[0].paths == ("/stick/2.jpg",)


def test_no_stick(play: Any, show: Any) -> None:
    panel = show(FilesPanel(play.at_materials().session))
    play.session.tray.start_choosing("form")
    listed(play, ())
    assert "没有找到 U 盘，请插入后再试" in said(panel)
    panel.again.click()
    assert len(play.of(ListFiles)) == 2
    play.session.tray.listing_failed(play.of(ListFiles)[-1].listing_id, "internal")
    assert any("本机处理出错" in text for text in said(panel))
    panel.leave.click()
    assert play.session.tray.choosing is None


def test_it_takes_the_place_of_the_cards(play: Any, show: Any, clipped: Any) -> None:
    window = show(BoothWindow(play.at_materials().session, "x"), 960, 1080)
    materials = window.panels["materials"]
    materials.cards[0].file.click()
    listed(play, ROWS)
    assert materials.files.isVisible()
    assert clipped(window) == []
    materials.files.leave.click()
    assert not materials.files.isVisible()
    assert materials.cards[0].isVisible()


def test_it_serves_corrections_too(play: Any, show: Any) -> None:
    window = show(BoothWindow(play.in_call().corrections().session, "x"), 1280, 800)
    panel = window.call.corrections
    panel.cards[0].file.click()
    listed(play, ROWS)
    assert panel.files.isVisible()
    panel.files.choices["/stick/1.pdf"].click()
    assert panel.cards[0].isVisible()
