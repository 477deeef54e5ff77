"""What can go wrong while a notice is written, sealed or a seal is loaded; verification reports instead of raising.

EsignError
├── BadNotice             bad_notice              the caller handed in facts that may not stand on a notice
├── MissingGlyph          missing_glyph           a character that no font here can draw: refused, never boxed
├── RenderingFailed       rendering_failed        typst refused a template: our own mistake, not the caller's
├── BadSealFolder         bad_seal_folder         keys or certificates are missing, unreadable or do not belong together
├── SealingFailed         sealing_failed          the PDF cannot carry this seal, or the result fails its own check
├── TimestampUnavailable  timestamp_unavailable   the time authority does not answer, or its clock cannot be trusted now
├── RevocationUnavailable revocation_unavailable  nothing fresh says whether the certificates are still good
├── CertificateRevoked    certificate_revoked     a certificate in the chain is revoked: nothing may be sealed with it
├── TokenUnavailable      token_unavailable       the token that holds the key is away, locked or knows no such key
├── BadCode               bad_code                a printed code that is not ours, altered or signed by an unknown key
└── CheckFailed           check_failed            the child process that judges a file gave no answer
"""

from typing import ClassVar

__all__ = [
    "BadCode",
    "BadNotice",
    "BadSealFolder",
    "CertificateRevoked",
    "CheckFailed",
    "EsignError",
    "MissingGlyph",
    "RenderingFailed",
    "RevocationUnavailable",
    "SealingFailed",
    "TimestampUnavailable",
    "TokenUnavailable",
]


class EsignError(Exception):
    """Root of this package's errors; `code` is stable and may travel on the wire."""

    code: ClassVar[str] = "esign_error"


class BadNotice(EsignError):
    """A field of the facts is empty, too long, contradicts another one or holds an invisible character."""

    code = "bad_notice"

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field


class MissingGlyph(EsignError):
    """Characters of one field that the fonts cannot draw. The text names them, so keep it out of logs."""

    code = "missing_glyph"

    def __init__(self, field: str, characters: str) -> None:
        named = ", ".join(f"{c} (U+{ord(c):04X})" for c in characters)
        super().__init__(f"{field}: no glyph for {named}")
        self.field = field
        self.characters = characters


class RenderingFailed(EsignError):
    """A template did not compile."""

    code = "rendering_failed"


class BadSealFolder(EsignError):
    """The folder does not hold a usable seal; the message says which file and why, never a key."""

    code = "bad_seal_folder"


class SealingFailed(EsignError):
    """The notice was not sealed; nothing was written."""

    code = "sealing_failed"


class TimestampUnavailable(EsignError):
    """No timestamp now: the notice may be sealed without one and extended later, never called timestamped."""

    code = "timestamp_unavailable"


class RevocationUnavailable(EsignError):
    """No fresh revocation data for a certificate; the same remedy as for a missing timestamp."""

    code = "revocation_unavailable"


class CertificateRevoked(EsignError):
    """A certificate in the chain is on its issuer's list."""

    code = "certificate_revoked"


class TokenUnavailable(EsignError):
    """The PKCS#11 token cannot be used; the message never holds a PIN."""

    code = "token_unavailable"


class BadCode(EsignError):
    """The text read from a printed code proves nothing."""

    code = "bad_code"


class CheckFailed(EsignError):
    """The child process that judges a file ended without a report or was stopped at its deadline."""

    code = "check_failed"
