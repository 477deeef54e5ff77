"""``python -m signaling.keeper``: sentences and exit codes, with the settings of the hall."""

from pathlib import Path
from typing import Any

import pytest

from signaling.keeper import main


def test_an_act_prints_its_lines(signing: Any, hall: Any, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--data", str(hall.folder), "--signing", str(signing.folder)]
    assert main(["seal", "list", *given]) == 0
    assert signing.seal_id in capsys.readouterr().out
    assert main(["seal", "suspend", "ghost", "--reason", "x", *given]) == 1
    assert "ghost" in capsys.readouterr().err
    signing.store._connection.execute("UPDATE log SET actor = 'x' WHERE seq = 1")
    assert main(["seal", "check", *given]) == 1
    assert "条目 1" in capsys.readouterr().err


def test_trouble_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["seal", "list", "--data", str(tmp_path)]) == 1
    assert "先启动一次服务器" in capsys.readouterr().err
    assert main(["notices", "list", "--data", str(tmp_path), "--port", "nonsense"]) == 1
    assert "port" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["seal"])
