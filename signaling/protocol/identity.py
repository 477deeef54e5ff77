"""Numbers that name people and organisations, and their telephones: form, check character, how they are masked.

Resident identity number: GB 11643-1999 (check character after ISO 7064 MOD 11-2). Unified social
credit code: GB 32100-2015 (MOD 31). Whether a number was ever issued is not known here.
"""

import re
from datetime import date

RESIDENT_ID_ALPHABET = "0123456789X"
CREDIT_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100-2015, table 2: no I, O, S, V, Z."""

_RESIDENT_FORM = re.compile(r"[1-9][0-9]{16}[0-9X]")
_OLD_RESIDENT_FORM = re.compile(r"[1-9][0-9]{14}")
_CREDIT_FORM = re.compile(rf"[{CREDIT_CODE_ALPHABET}]{{2}}[0-9]{{6}}[{CREDIT_CODE_ALPHABET}]{{10}}")
# 11 digits of a mobile, or a fixed line with or without its area code.
# A mobile number, or a landline's with or without area code; a subscriber's number begins with 2 to 8.
_PHONE_FORM = re.compile(r"1[3-9][0-9]{9}|(0[1-9][0-9]{1,2})?[2-8][0-9]{6,7}")
# ASCII only appears on documents; input methods also give full-width forms.
_FULL_WIDTH = {ord("０") + n: ord("0") + n for n in range(10)} | {
    ord(wide) + n: ord("A") + n for wide in "Ａａ" for n in range(26)
}


def normalise_number(number: str) -> str:
    """The number as the standards write it: ASCII, upper case, without spaces and hyphens."""
    return re.sub(r"[\s-]", "", number.translate(_FULL_WIDTH)).upper()


def resident_check_character(first17: str) -> str:
    """The 18th character for 17 digits. Weights 2**(18-i) mod 11 (ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(first17))
    return RESIDENT_ID_ALPHABET[(12 - total % 11) % 11]


def credit_check_character(first17: str) -> str:
    """The 18th character of a credit code. Weights 3**(i-1) mod 31 (GB 32100-2015, 5.5)."""
    total = sum(CREDIT_CODE_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(first17))
    return CREDIT_CODE_ALPHABET[-total % 31]


def resident_id_fault(number: str) -> str | None:
    """None for a sound normalised number, else ``old_form`` (15 digits), ``form``, ``birth_date`` or ``check``."""
    if _OLD_RESIDENT_FORM.fullmatch(number):
        return "old_form"
    if not _RESIDENT_FORM.fullmatch(number):
        return "form"
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return "birth_date"
    if born.year < 1850:
        return "birth_date"
    return None if number[17] == resident_check_character(number[:17]) else "check"


def credit_code_fault(number: str) -> str | None:
    """None for a sound normalised code, else ``form`` or ``check``."""
    if not _CREDIT_FORM.fullmatch(number):
        return "form"
    return None if number[17] == credit_check_character(number[:17]) else "check"


def phone_fault(number: str) -> str | None:
    """None for a normalised telephone number of China's mainland, mobile or fixed, else ``form``."""
    return None if _PHONE_FORM.fullmatch(number) else "form"


def mask_number(number: str) -> str:
    """A document number for paper: the first four and last four characters; a short one is hidden whole."""
    return f"{number[:4]}{'*' * (len(number) - 8)}{number[-4:]}" if len(number) >= 12 else "*" * len(number)
