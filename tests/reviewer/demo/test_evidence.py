"""What the demo leaves: the printed notice under its name, judged; nothing printed is an error."""

from pathlib import Path

import pytest

from reviewer.demo.evidence import ACCEPTANCE, REPORT, Evidence

ROOT = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


def test_without_a_print_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="没有打印"):
        Evidence(tmp_path).collect(ROOT)


def test_the_newest_print_is_kept_with_the_verdict_on_it(tmp_path: Path) -> None:
    evidence = Evidence(tmp_path)
    evidence.prints.mkdir()
    (evidence.prints / "x.pdf").write_bytes(b"%PDF-1.7 not a notice")
    verdict = evidence.collect(ROOT)
    assert (tmp_path / ACCEPTANCE).read_bytes() == b"%PDF-1.7 not a notice"
    assert "真实有效" not in verdict
    assert verdict
    assert verdict in (tmp_path / REPORT).read_text("utf-8")
