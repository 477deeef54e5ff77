"""National cryptography: SM2/SM3, electronic seals (GB/T 38540) and the OFD twin of a notice (GB/T 33190).

`write_notice_ofd` seals the twin of a notice's PDF, `verify_ofd` judges any OFD and answers with a `Report`.
`load_national_seal` and `make_national_test_seal` give the seal to use.
"""

from esign.national.errors import BadSm2Key, OfdFailed, SmUnavailable
from esign.national.ofd_notice import write_notice_ofd
from esign.national.ofd_verify import verify_ofd
from esign.national.seals import NationalSeal, load_national_seal, make_national_test_seal

__all__ = [
    "BadSm2Key",
    "NationalSeal",
    "OfdFailed",
    "SmUnavailable",
    "load_national_seal",
    "make_national_test_seal",
    "verify_ofd",
    "write_notice_ofd",
]
