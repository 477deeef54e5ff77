"""Qt's own words (standard buttons, file dialogs, menus of text fields) in Chinese, from Qt's translation."""

import logging

from PyQt6.QtCore import QLibraryInfo, QTranslator
from PyQt6.QtWidgets import QApplication

logger = logging.getLogger(__name__)


def speak_chinese(app: QApplication) -> QTranslator:
    """Install Qt's zh_CN translation; call once after making ``app``. Without the file Qt goes on in English."""
    translator = QTranslator(app)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load("qtbase_zh_CN", folder):
        app.installTranslator(translator)
    else:
        logger.warning("qtbase_zh_CN not found: Qt's standard buttons stay English")
    return translator
