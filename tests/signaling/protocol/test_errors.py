"""Error codes: stable, each with one Chinese sentence; exceptions that name code and values."""

import re

import pytest

from signaling.protocol.errors import SENTENCES, ErrorCode, MalformedMessage, ProtocolError, Refused


@pytest.mark.parametrize("code", ErrorCode)
def test_each_code_is_lower_snake_and_has_a_chinese_sentence(code):
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", code.value)
    assert code.value == code.name.lower()
    sentence = SENTENCES[code]
    assert re.search("[\u4e00-\u9fff]{4}", sentence)
    assert not sentence.endswith("。")


def test_no_sentence_is_said_for_two_codes():
    assert len(set(SENTENCES.values())) == len(SENTENCES) == len(ErrorCode)


def test_exceptions_carry_the_code_and_the_values():
    malformed = MalformedMessage(ErrorCode.MESSAGE_TOO_LARGE, "70000 > 65536")
    refused = Refused(ErrorCode.CALL_GONE, "call k1")
    assert isinstance(malformed, ProtocolError)
    assert isinstance(refused, ProtocolError)
    assert (malformed.code, str(malformed)) == (ErrorCode.MESSAGE_TOO_LARGE, "message_too_large: 70000 > 65536")
    assert (refused.code, str(refused)) == (ErrorCode.CALL_GONE, "call_gone: call k1")
    assert str(Refused(ErrorCode.CALL_GONE)) == "call_gone"
