"""The list of checks follows the papers."""

from reviewer.qt.checks import ChecksPanel


def test_findings_are_sentences_with_a_word_for_the_colour(stage, qtbot, clipped):
    panel = ChecksPanel(stage.session)
    qtbot.addWidget(panel)
    panel.resize(300, 500)
    panel.show()
    stage.ringing()
    digests = [paper.material.digest for paper in stage.session.papers.all()]
    stage.session.material_failed(digests[0], "encrypted")
    first = panel.lines[0]
    assert (first.sign.text(), first.text.text()) == ("有误", "排污许可证申请表：文件设有密码")
    shown = [line.text.text() for line in panel.lines if line.isVisible()]
    assert "营业执照及环评批复扫描件：正在打开" in shown
    assert "必交材料齐全，共 3 项" in shown
    qtbot.waitUntil(lambda: clipped(panel) == [])


def test_lines_go_with_the_case(stage, qtbot):
    panel = ChecksPanel(stage.session)
    qtbot.addWidget(panel)
    stage.ringing().desk("away")
    assert all(line.isHidden() for line in panel.lines)
