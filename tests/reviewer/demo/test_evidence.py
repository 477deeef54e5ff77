"""What the demo leaves: each printed notice under its own name, judged; other prints are no notices."""

from pathlib import Path

from reviewer.demo.evidence import ACCEPTANCE, NON_ACCEPTANCE, REPORT, Evidence

ROOT = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


def test_without_a_print_there_is_nothing_to_judge(tmp_path: Path) -> None:
    assert Evidence(tmp_path).collect(ROOT) == []
    assert not (tmp_path / REPORT).exists()


def test_each_kind_is_kept_under_its_name_with_its_verdict(tmp_path: Path) -> None:
    evidence = Evidence(tmp_path)
    evidence.prints.mkdir()
    prints = {
        "京通政务受〔2026〕000001号.pdf": b"one",
        "京通政务不受〔2026〕000001号.pdf": b"two",
        "凭条.pdf": b"three",
    }
    for name, content in prints.items():
        (evidence.prints / name).write_bytes(b"%PDF-1.7 " + content)
    verdicts = evidence.collect(ROOT)
    assert (tmp_path / ACCEPTANCE).read_bytes().endswith(b"one")
    assert (tmp_path / NON_ACCEPTANCE).read_bytes().endswith(b"two")
    assert [verdict.partition("：")[0] for verdict in verdicts] == [ACCEPTANCE, NON_ACCEPTANCE]
    assert not any("真实有效" in verdict for verdict in verdicts)
    assert all(verdict.partition("：")[2] in (tmp_path / REPORT).read_text("utf-8") for verdict in verdicts)
