"""The list of keys (F1): every key the window binds, in two columns."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from reviewer.qt.labels import button, label

KEYS: tuple[tuple[str, str], ...] = (
    ("F2", "接听"),
    ("F4", "挂断"),
    ("F8", "保持 / 继续通话"),
    ("F9", "就绪 / 暂离"),
    ("Alt+A · Alt+V", "麦克风 · 摄像头 开关"),
    ("Ctrl+Enter", "受理并盖章（须确认）"),
    ("Ctrl+Shift+Enter", "要求补正（须确认）"),
    ("F6 · Shift+F6", "下一个 · 上一个面板"),
    ("Ctrl+PgDn · Ctrl+PgUp", "下一份 · 上一份材料"),
    ("PgDn · PgUp", "下一页 · 上一页（材料视图）"),
    ("1 – 7 · Esc", "批注工具 · 回到选择"),
    ("Ctrl+Z · Ctrl+Y · Del", "撤销 · 重做 · 删除选中的批注"),
    ("Ctrl+0 · Ctrl+1 · Ctrl+2", "原大 · 整页 · 页宽"),
    ("F1", "本页"),
)


class CheatSheet(QDialog):
    """All keys in two columns."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("快捷键")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        grid = QGridLayout()
        grid.setHorizontalSpacing(28)
        grid.setVerticalSpacing(8)
        for row, (keys, words) in enumerate(KEYS):
            grid.addWidget(label(keys, "heading"), row, 0)
            grid.addWidget(label(words), row, 1)
        close = button("关闭", "primary")
        close.clicked.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 22, 28, 20)
        column.setSpacing(14)
        column.addWidget(label("快捷键", "title"))
        column.addLayout(grid)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
