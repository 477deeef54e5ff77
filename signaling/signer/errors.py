"""Exception tree of the signing process; what reaches the server is the ``code`` and the sentence of a refusal.

SignerError                    the signing process cannot do what was asked; the message is a sentence for people
├── SignerBusy                 another process holds this signing folder
├── SigningStoreDamaged        the signing store is damaged or unreadable: nothing is sealed
├── SigningStoreFull           no space: nothing was sealed, later it may be
├── UnknownSeal                no seal of this id is registered
├── BadCustody                 an act of custody that makes no sense (a grant that ends before it begins ...)
└── NotAllowed(code)           this notice is not sealed, and why
    ├── CustodyRefused         no usable seal, no grant, a person missing
    ├── EvidenceRefused        the journal does not bear out what is to be sealed
    └── JournalRefused         the journal was changed, cut or cannot be read
"""


class SignerError(Exception):
    """The signing process cannot do what was asked; the message is a sentence for people."""


class SignerBusy(SignerError):
    """Another process holds the signing folder."""


class SigningStoreDamaged(SignerError):
    """The signing store cannot be trusted or used."""


class SigningStoreFull(SignerError):
    """The disk is full. Nothing was written; it goes on when there is space again."""


class UnknownSeal(SignerError):
    """No seal of this id is registered."""

    def __init__(self, seal_id: str) -> None:
        super().__init__(f"没有编号为 {seal_id} 的印章 (no seal of this id)")


class BadCustody(SignerError):
    """The act contradicts the register."""


class NotAllowed(SignerError):
    """The notice is not sealed; ``code`` is stable, the message tells a reviewer why without naming anybody."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class CustodyRefused(NotAllowed):
    """The register and the grants do not allow this use; it is logged."""


class EvidenceRefused(NotAllowed):
    """The case's own facts do not agree with the order; it is logged."""


class JournalRefused(NotAllowed):
    """The journal is not the one that was seen before, or cannot be read; it is logged."""
