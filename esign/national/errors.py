"""What can go wrong with national cryptography and OFD files; verification reports instead of raising.

EsignError
├── SmUnavailable   sm_unavailable   this machine's libcrypto is missing, too old or built without SM2 and SM3
├── BadSm2Key       bad_sm2_key      not an SM2 key, or one that does not belong to its certificate
├── BadOfd          (its own code)   a container that is broken, too large or built to deceive; becomes a finding
└── OfdFailed       ofd_failed       a notice's PDF holds something that its OFD twin cannot show the same way
"""

from typing import Literal

from esign.errors import EsignError

__all__ = ["BadOfd", "BadSm2Key", "OfdFailed", "SmUnavailable"]


class SmUnavailable(EsignError):
    """Neither signing nor checking is possible here; the message says what was found instead of a fit libcrypto."""

    code = "sm_unavailable"


class BadSm2Key(EsignError):
    """The bytes are not an SM2 key; the message never holds any of them."""

    code = "bad_sm2_key"


class OfdFailed(EsignError):
    """The OFD twin was not written: it would not look like the PDF, or does not pass its own check."""

    code = "ofd_failed"


class BadOfd(EsignError):
    """The file cannot be read as an OFD that may be shown; `finding` is the code of the finding to report."""

    code = "bad_ofd"

    def __init__(self, finding: Literal["not_an_ofd", "ofd_too_large", "ofd_unsafe", "ofd_unreadable"], why: str):
        super().__init__(f"{finding}: {why}")
        self.finding = finding
