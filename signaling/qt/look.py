"""The common look of the Qt programs: fonts, palette and the few roles that style sheets know.

Call ``apply_look`` once after making the QApplication. Views mark widgets with dynamic
properties and never set colours or fonts of their own:

    role   on QPushButton: primary, danger, quiet     on QLabel: title, heading, muted, big, mono
    card   "true" on a QFrame: white panel with a hairline border
    state  on QLabel (a chip): idle, good, warn, bad, ring     call ``restyle`` after a change
"""

from importlib.resources import as_file, files

from PyQt6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PyQt6.QtWidgets import QApplication, QWidget

TEXT = "#1f2328"
MUTED = "#57606a"
LINE = "#d0d7de"
GROUND = "#f6f8fa"
PAPER = "#ffffff"
PRIMARY = "#1456b8"
DANGER = "#c62828"
GOOD = "#1b7f3b"
AMBER = "#9a6700"
PEN = "#e02020"

FAMILY = "Noto Sans CJK SC"

_CHIPS = {
    "idle": ("#eaeef2", MUTED),
    "good": ("#dafbe1", "#116329"),
    "warn": ("#fff1c2", "#7a4f00"),
    "bad": ("#ffe3e1", "#a11a1a"),
    "ring": ("#b35300", "#ffffff"),
}


def apply_look(app: QApplication, base_px: int = 14) -> None:
    """Load our fonts and set style, palette and style sheet. ``base_px``: 14 at a desk, 20 in a booth, 28 big type."""
    load_fonts()
    app.setStyle("Fusion")
    font = QFont(FAMILY)
    font.setPixelSize(base_px)
    app.setFont(font)
    app.setPalette(_palette())
    app.setStyleSheet(style_sheet(base_px))


def load_fonts() -> None:
    """Make the packaged CJK font known to Qt; the machine's own fonts are never relied on."""
    if FAMILY in QFontDatabase.families():
        return
    with as_file(files("noto_cjk_sans_otc") / "NotoSansCJK-Regular.ttc") as path:
        QFontDatabase.addApplicationFont(str(path))


def restyle(widget: QWidget) -> None:
    """Apply the style sheet again after a dynamic property changed."""
    style = widget.style()
    if style is not None:
        style.unpolish(widget)
        style.polish(widget)


def _palette() -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for which, colour in {
        role.Window: GROUND,
        role.WindowText: TEXT,
        role.Base: PAPER,
        role.AlternateBase: GROUND,
        role.Text: TEXT,
        role.Button: PAPER,
        role.ButtonText: TEXT,
        role.Highlight: PRIMARY,
        role.HighlightedText: PAPER,
        role.PlaceholderText: "#6e7781",
        role.ToolTipBase: TEXT,
        role.ToolTipText: PAPER,
        role.Link: PRIMARY,
    }.items():
        palette.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor("#8c959f"))
    return palette


def style_sheet(base_px: int) -> str:
    """The style sheet for a base size in pixels; every other size follows from it."""
    pad, radius, target = round(base_px * 0.5), round(base_px * 0.45), round(base_px * 2.5)
    chips = "".join(
        f'QLabel[state="{name}"] {{ background: {ground}; color: {ink}; border-radius: {radius + 2}px;'
        f" padding: {round(pad * 0.45)}px {pad + 2}px; font-weight: 600; }}\n"
        for name, (ground, ink) in _CHIPS.items()
    )
    return f"""
QWidget {{ color: {TEXT}; }}
QToolTip {{ background: {TEXT}; color: {PAPER}; border: none; padding: 4px 6px; }}
QFrame[card="true"] {{ background: {PAPER}; border: 1px solid {LINE}; border-radius: {radius + 2}px; }}
QLabel {{ background: transparent; }}
QLabel[role="title"] {{ font-size: {round(base_px * 1.7)}px; font-weight: 700; }}
QLabel[role="heading"] {{ font-size: {round(base_px * 1.15)}px; font-weight: 700; }}
QLabel[role="big"] {{ font-size: {round(base_px * 3.2)}px; font-weight: 700; }}
QLabel[role="muted"] {{ color: {MUTED}; }}
{chips}
QPushButton {{ background: {PAPER}; border: 1px solid {LINE}; border-radius: {radius}px;
    padding: {round(pad * 0.6)}px {round(pad * 2)}px; min-height: {target - 2 * round(pad * 0.6)}px; }}
QPushButton:hover {{ background: #eef2f6; }}
QPushButton:pressed {{ background: #e2e8ee; }}
QPushButton:focus {{ border: 2px solid {PRIMARY}; padding: {round(pad * 0.6) - 1}px {round(pad * 2) - 1}px; }}
QPushButton:disabled {{ background: {GROUND}; color: #8c959f; }}
QPushButton[role="primary"] {{ background: {PRIMARY}; color: {PAPER}; border: 1px solid {PRIMARY}; font-weight: 600; }}
QPushButton[role="primary"]:hover {{ background: #1049a0; }}
QPushButton[role="primary"]:focus {{ border: 2px solid #0a2f69; }}
QPushButton[role="primary"]:disabled {{ background: #dde5f0; border-color: #c3cfe0; color: {MUTED}; }}
QPushButton[role="danger"] {{ color: {DANGER}; border: 1px solid #e3b1b1; font-weight: 600; }}
QPushButton[role="danger"]:hover {{ background: #fdeceb; }}
QPushButton[role="quiet"] {{ border: 1px solid transparent; background: transparent; color: {PRIMARY}; }}
QPushButton[role="quiet"]:disabled, QPushButton[role="danger"]:disabled {{ color: #8c959f; }}
QPushButton[role="quiet"]:hover {{ background: #eaf1fb; }}
QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QComboBox {{ background: {PAPER}; border: 1px solid {LINE};
    border-radius: {radius}px; padding: {round(pad * 0.7)}px {pad}px; selection-background-color: {PRIMARY}; }}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QComboBox:focus {{ border: 2px solid {PRIMARY};
    padding: {round(pad * 0.7) - 1}px {pad - 1}px; }}
QComboBox::drop-down {{ border: none; width: {round(base_px * 1.8)}px; }}
QComboBox::down-arrow {{ image: none; width: 0; height: 0; border-left: 5px solid {PAPER};
    border-right: 5px solid {PAPER}; border-top: 6px solid {MUTED}; }}
QListWidget, QTreeWidget, QTableWidget {{ background: {PAPER}; border: none; outline: 0; }}
QListWidget::item {{ padding: {pad}px; border-radius: {radius}px; }}
QListWidget::item:selected {{ background: #e3edfb; color: {TEXT}; }}
QListWidget::item:hover {{ background: #f0f4f8; }}
QProgressBar {{ background: #eaeef2; border: none; border-radius: 4px; max-height: 8px; min-height: 8px; }}
QProgressBar::chunk {{ background: {PRIMARY}; border-radius: 4px; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar::handle:vertical {{ background: #c3cbd3; border-radius: 5px; min-height: 30px; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle:horizontal {{ background: #c3cbd3; border-radius: 5px; min-width: 30px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QSplitter::handle {{ background: {GROUND}; }}
"""
