"""``python -m reviewer``: sentences instead of tracebacks."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(["--login", "no-such-file.json"], "找不到登录文件"), (["--simulate"], "需要登录文件")],
)
def test_wrong_settings_end_with_one_sentence(tmp_path, arguments, sentence):
    environment = os.environ | {"CLOUD_WINDOW_HOME": str(tmp_path), "PYTHONUTF8": "1"}
    result = subprocess.run(
        [sys.executable, "-m", "reviewer", *arguments], env=environment, capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 1
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr
