"""What can go wrong while a notice is written, sealed or a seal is loaded; verification reports instead of raising.

EsignError
├── BadNotice       bad_notice        the caller handed in facts that may not stand on a notice
├── MissingGlyph    missing_glyph     a character that no font here can draw: the notice is refused, never boxed
├── RenderingFailed rendering_failed  typst refused a template: our own mistake, not the caller's
├── BadSealFolder   bad_seal_folder   keys or certificates are missing, unreadable or do not belong together
└── SealingFailed   sealing_failed    the PDF cannot carry this seal, or the sealed file failed its own check
"""

from typing import ClassVar

__all__ = ["BadNotice", "BadSealFolder", "EsignError", "MissingGlyph", "RenderingFailed", "SealingFailed"]


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
