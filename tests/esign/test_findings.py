"""Every finding speaks both languages, is used somewhere, and asks for the same values in both."""

import re
from pathlib import Path
from string import Formatter

import pytest

from esign import findings
from esign.findings import FINDINGS, found


def test_every_sentence_is_said_twice_and_only_once() -> None:
    for code, (_, chinese, english) in FINDINGS.items():
        assert re.search(r"[\u4e00-\u9fff]", chinese), code
        assert english.isprintable(), code
        assert not re.search(r"[\u4e00-\u9fff]", english), code
        assert _values(chinese) == _values(english), code
    assert len({chinese for _, chinese, _ in FINDINGS.values()}) == len(FINDINGS)


def _values(sentence: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_no_finding_stands_there_unused() -> None:
    sources = [p for p in Path(findings.__file__).parent.glob("*.py") if p.name != "findings.py"]
    text = "".join(path.read_text("utf-8") for path in sources)
    assert [code for code in FINDINGS if f'"{code}"' not in text] == []


def test_values_are_filled_in_and_the_weight_can_be_another() -> None:
    finding = found("certificate_out_of_date", "unknown")
    assert (finding.code, finding.severity) == ("certificate_out_of_date", "unknown")
    finding = found("active_content", what="/JS")
    assert "/JS" in finding.sentence
    assert "/JS" in finding.english
    with pytest.raises(KeyError):
        found("no_such_finding")
