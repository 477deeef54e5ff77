"""The strip of papers: state in words, versions in order, a click shows."""

import pytest
from PyQt6.QtCore import Qt

from reviewer.effects import FetchMaterial
from reviewer.qt.materials import MaterialStrip
from signaling.protocol.messages import CallStarted, CaseChanged
from signaling.protocol.values import SlotView


@pytest.fixture
def strip(stage, qtbot):
    made = MaterialStrip(stage.session)
    qtbot.addWidget(made)
    made.resize(142, 800)
    made.show()
    return made


def order(strip) -> list[tuple[str, int]]:
    cards = sorted(strip.cards.items(), key=lambda item: strip._column.indexOf(item[1]))
    return [key for key, _ in cards]


def test_papers_stand_as_in_the_material_list(stage, strip, build):
    materials = (build.material("plan"), build.material("form"))
    stage.ringing().hear(CaseChanged(build.case("received", materials=materials)))
    assert order(strip)[:2] == [("form", 1), ("licence", 1)]


def test_each_state_has_its_words(stage, strip, build):
    stage.ringing()
    digest = build.material("licence", pages=3).digest
    card = strip.cards["licence", 1]
    assert card.status() == "接收 0%"
    stage.session.material_progress(digest, 25_000)
    assert card.status() == "接收 50%"
    stage.session.material_fetched(digest)
    assert card.status() == "正在打开"
    stage.session.material_opened(digest, build.opened(build.material("licence", pages=3)))
    assert card.status() == "已看 0/3 页"
    stage.hear(CallStarted("call-1", build.case(), 1, True, "T"))
    for page in range(3):
        stage.session.show_material(digest, page)
    assert card.status() == "已看完 3 页"
    stage.session.material_failed(digest, "encrypted")
    assert card.status() == "文件设有密码"
    assert card.accessibleName() == "营业执照及环评批复扫描件 第 1 版，文件设有密码"


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("排污许可证申请表", ("排污许可证申请表", "")),
        ("排污许可证变更申请表", ("排污许可证", "变更申请表")),
        ("建筑工程施工许可证申请表", ("建筑工程施工许可证", "申请表")),
        ("环境影响评价批复文件（扫描件）", ("环境影响评价批复", "文件（扫描件）")),
        ("营业执照及环评批复扫描件", ("营业执照及", "环评批复扫描件")),
        ("经营场所平面布局和操作流程图", ("经营场所平面布局和", "操作流程图")),
        ("甲乙丙丁戊己庚辛壬癸子丑", ("甲乙丙丁戊己", "庚辛壬癸子丑")),
    ],
)
def test_names_break_between_words(stage, strip, build, qtbot, name, lines):
    item = build.replace(build.item, slots=(build.replace(build.item.slots[0], name=name), *build.item.slots[1:]))
    stage.ready().hear(CallStarted("call-1", build.case(item=item), 1, True, "T"))
    card = strip.cards["form", 1]
    qtbot.waitUntil(lambda: card.width() < strip.width())  # laid out
    assert card.title_lines() == lines


def test_a_name_too_long_for_two_lines_is_shortened(stage, strip, build, qtbot):
    name = "甲乙丙丁戊己庚辛壬癸" * 3
    item = build.replace(build.item, slots=(build.replace(build.item.slots[0], name=name), *build.item.slots[1:]))
    stage.ready().hear(CallStarted("call-1", build.case(item=item), 1, True, "T"))
    card = strip.cards["form", 1]
    qtbot.waitUntil(lambda: card.width() < strip.width())
    first, second = card.title_lines()
    assert name.startswith(first)
    assert second.endswith("…")


def test_click_and_enter_show_the_paper(stage, strip, build, qtbot):
    stage.in_call()
    plan, form = build.material("plan").digest, build.material("form").digest
    qtbot.mouseClick(strip.cards["plan", 1], Qt.MouseButton.LeftButton)
    assert stage.session.shown == (plan, 0)
    strip.cards["form", 1].setFocus()
    qtbot.keyClick(strip.cards["form", 1], Qt.Key.Key_Return)
    assert stage.session.shown == (form, 0)
    strip.focus_shown()


def test_a_failed_paper_is_fetched_again_by_a_click(stage, strip, build, qtbot):
    stage.ringing()
    digest = build.material("form").digest
    stage.session.material_failed(digest, "unreachable")
    qtbot.mouseClick(strip.cards["form", 1], Qt.MouseButton.LeftButton)
    assert [fetch.digest for fetch in stage.done(FetchMaterial)].count(digest) == 2


def test_old_versions_stand_below_with_a_heading(stage, strip, build):
    stage.waiting_for_correction()
    assert not strip._older.isVisible()
    new = build.material("plan", version=2)
    stage.hear(CaseChanged(build.case(materials=(*build.case().materials, new))))
    assert strip._older.isVisible()
    assert order(strip)[2:] == [("plan", 2), ("plan", 1)]
    before = strip.cards["plan", 2].grab().toImage()
    stage.session.material_opened(new.digest, build.opened(new))
    assert strip.cards["plan", 2].grab().toImage() != before


def test_one_file_for_two_slots_is_two_papers(stage, strip, build, qtbot):
    same = build.material("form")
    twin = build.replace(same, slot="plan")
    stage.ready().hear(CallStarted("call-1", build.case(materials=(same, twin)), 1, True, "T"))
    assert order(strip) == [("form", 1), ("plan", 1)]
    assert [fetch.digest for fetch in stage.done(FetchMaterial)] == [same.digest]
    stage.session.material_opened(same.digest, build.opened(same))
    assert [card.status() for card in strip.cards.values()] == ["已看完 1 页", "已看完 1 页"]
    qtbot.mouseClick(strip.cards["plan", 1], Qt.MouseButton.LeftButton)
    assert [card._is_shown for card in strip.cards.values()] == [False, True]
    stage.session.show_material(same.digest, 0)
    assert stage.session.shown_paper.slot_name == "厂区总平面布置图", "turning a page stays with the slot"


def test_no_tick_before_a_page_could_be_seen(stage, strip, build):
    stage.ringing().hear(CallStarted("call-1", build.case(), 1, True, "T"))
    card = strip.cards["form", 1]
    before = card.grab().toImage()
    looked = (SlotView("form", "looked_at", 1),)
    stage.hear(CaseChanged(build.case(list=looked)))
    assert card.grab().toImage() == before
    stage.session.material_opened(build.material("form").digest, build.opened(build.material("form")))
    assert card.grab().toImage() != before
