"""Qt's own messages arrive in logging with their level; remarks of no use only in debugging."""

from collections.abc import Iterator

import pytest
from PyQt6.QtCore import qInstallMessageHandler, qWarning

from signaling.qt.messages import log_qt_messages


@pytest.fixture(autouse=True)
def handler() -> Iterator[None]:
    before = qInstallMessageHandler(None)
    log_qt_messages()
    yield
    qInstallMessageHandler(before)


@pytest.mark.parametrize(
    ("said", "level"), [("a layout is broken", "WARNING"), ("This plugin does not support raise()", "DEBUG")]
)
def test_what_qt_says_is_logged(said: str, level: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", logger="qt")
    qWarning(said.encode())
    (record,) = caplog.records
    assert (record.levelname, record.getMessage()) == (level, f"default: {said}")
