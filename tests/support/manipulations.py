"""Every attack that must never end in `valid`, by name: the tests run each once, the benchmark on all notices."""

from tests.support.manipulations_of_files import FILE_ATTACKS
from tests.support.manipulations_of_signatures import SIGNATURE_ATTACKS, Attack

__all__ = ["ATTACKS", "Attack"]

ATTACKS: dict[str, Attack] = {**FILE_ATTACKS, **SIGNATURE_ATTACKS}
