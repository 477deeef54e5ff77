"""Each finding has sentences in both languages, and a severity that its place in the table promises."""

import re
from pathlib import Path

import pytest

from esign.national import findings as module
from esign.national.findings import FINDINGS, ofd_found


@pytest.mark.parametrize("code", FINDINGS)
def test_sentences(code: str) -> None:
    finding = ofd_found(code)
    assert finding.code == code
    assert re.search(r"[\u4e00-\u9fff]", finding.sentence)
    assert finding.english.isascii()
    assert finding.english


def test_every_code_in_the_checks_is_in_the_table_and_used() -> None:
    folder = Path(module.__file__).parent
    said = " ".join((folder / name).read_text() for name in ("ses_check.py", "ofd_verify.py", "errors.py"))
    derived = {f"ofd_{who}_{what}" for who in ("certificate", "maker") for what in ("out_of_date", "not_for_signing")}
    written = set(re.findall(r'"((?:ofd_|not_an_)\w+)"', said)) - {"ofd_failed"}
    assert written | derived == set(FINDINGS)


def test_an_unknown_code_is_our_mistake() -> None:
    with pytest.raises(KeyError):
        ofd_found("ofd_nothing")
