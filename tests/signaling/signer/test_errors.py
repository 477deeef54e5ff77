"""What a refusal carries to the server."""

import pytest

from signaling.signer.errors import (
    CustodyRefused,
    EvidenceRefused,
    JournalRefused,
    NotAllowed,
    SignerError,
    UnknownSeal,
)


@pytest.mark.parametrize("kind", [CustodyRefused, EvidenceRefused, JournalRefused])
def test_a_refusal_has_a_code_and_a_sentence(kind: type[NotAllowed]) -> None:
    refusal = kind("no_grant", "没有授权 (no grant)")
    assert (refusal.code, str(refusal)) == ("no_grant", "没有授权 (no grant)")
    assert issubclass(kind, SignerError)


def test_an_unknown_seal_is_named() -> None:
    assert "official-1" in str(UnknownSeal("official-1"))
