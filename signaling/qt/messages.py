"""Sends what Qt itself has to say into Python's logging, where the program's other lines are.

Qt's multimedia and platform plugins otherwise write to stderr, in the middle of what the
program says to the person at the console.
"""

import logging

from PyQt6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

logger = logging.getLogger("qt")

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.DEBUG,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}

_REMARKS = ("This plugin does not support", "Couldn't load va", "Couldn't resolve va", "pa_context_connect")
"""Said on every machine without a window manager, a graphics card or a sound server; true and of no use."""


def log_qt_messages() -> None:
    """Take over Qt's messages. Call once, before the QApplication is made."""
    qInstallMessageHandler(_take)


def _take(kind: QtMsgType, context: QMessageLogContext, text: str | None) -> None:
    said = text or ""
    level = logging.DEBUG if any(remark in said for remark in _REMARKS) else _LEVELS[kind]
    category = context.category if context is not None else None
    logger.log(level, "%s: %s", category or "default", said)
