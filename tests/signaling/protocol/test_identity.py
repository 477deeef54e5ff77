"""Document numbers against the examples of the standards, and every mistake a finger can make."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.protocol.identity import (
    CREDIT_CODE_ALPHABET,
    RESIDENT_ID_ALPHABET,
    credit_check_character,
    credit_code_fault,
    mask_number,
    normalise_number,
    phone_fault,
    resident_check_character,
    resident_id_fault,
)

RESIDENTS = ["11010519491231002X", "440524188001010014"]  # GB 11643-1999, annex A
ORGANISATIONS = ["91350100M000100Y43", "91110000802100433B", "9144030071526726XG", "91440300708461136T"]


@pytest.mark.parametrize("number", RESIDENTS)
def test_the_standards_examples_are_sound(number):
    assert resident_id_fault(number) is None


@pytest.mark.parametrize("code", ORGANISATIONS)
def test_known_credit_codes_are_sound(code):
    assert credit_code_fault(code) is None


@pytest.mark.parametrize("number", RESIDENTS)
def test_every_single_wrong_digit_of_a_resident_number_is_found(number):
    for place, right in enumerate(number):
        for wrong in RESIDENT_ID_ALPHABET:
            if wrong != right:
                assert resident_id_fault(number[:place] + wrong + number[place + 1 :]) is not None


@pytest.mark.parametrize("code", ORGANISATIONS)
def test_every_single_wrong_character_of_a_credit_code_is_found(code):
    for place, right in enumerate(code):
        for wrong in CREDIT_CODE_ALPHABET:
            if wrong != right:
                assert credit_code_fault(code[:place] + wrong + code[place + 1 :]) is not None


@pytest.mark.parametrize("number", RESIDENTS)
def test_every_swap_of_neighbours_is_found(number):
    for place in range(len(number) - 1):
        swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        assert swapped == number or resident_id_fault(swapped) is not None


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("110105491231002", "old_form"),
        ("", "form"),
        ("11010519491231002", "form"),
        ("11010519491231002x", "form"),
        ("X1010519491231002X", "form"),
        ("01010519491231002X", "form"),
        ("11010519491231002X\n", "form"),
        ("11010519490231002X", "birth_date"),
        ("11010500001231002X", "birth_date"),
        ("110105194912310021", "check"),
    ],
)
def test_each_fault_has_its_code(number, fault):
    assert resident_id_fault(number) == fault


@pytest.mark.parametrize(
    ("code", "fault"),
    [("", "form"), ("91350100M000100Y4", "form"), ("91350100M000100I43", "form"), ("91350100M000100Y44", "check")],
)
def test_each_fault_of_a_credit_code_has_its_code(code, fault):
    assert credit_code_fault(code) == fault


@given(st.from_regex(r"[1-9][0-9]{5}19[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}", fullmatch=True))
def test_a_made_check_character_is_the_one_accepted(first17):
    assert resident_id_fault(first17 + resident_check_character(first17)) is None


@given(st.text(CREDIT_CODE_ALPHABET, min_size=9, max_size=9))
def test_a_made_credit_code_is_accepted(organisation):
    first17 = f"91110105{organisation}"
    assert credit_code_fault(first17 + credit_check_character(first17)) is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("11010519491231002x", "11010519491231002X"),
        (" 110105 19491231 002X ", "11010519491231002X"),
        ("１１０１０５１９４９１２３１００２ｘ", "11010519491231002X"),
        ("９１３５０１００Ｍ０００１００Ｙ４３", "91350100M000100Y43"),
        ("91350100-m000100y-43", "91350100M000100Y43"),
    ],
)
def test_numbers_are_read_as_people_write_them(written, meant):
    assert normalise_number(written) == meant


@given(st.text())
def test_any_text_is_judged_without_an_exception(text):
    number = normalise_number(text)
    assert normalise_number(number) == number or not number.isascii()
    assert resident_id_fault(number) in {None, "old_form", "form", "birth_date", "check"}
    assert credit_code_fault(number) in {None, "form", "check"}
    assert phone_fault(number) in {None, "form"}


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("11010519491231002X", "1101**********002X"),
        ("123456789012", "1234****9012"),
        ("12345678901", "***********"),
        ("", ""),
    ],
)
def test_a_number_on_paper_hides_the_birth_date(number, masked):
    assert mask_number(number) == masked


@pytest.mark.parametrize(
    "number", ["13800138000", "19912345678", "01055500118", "07551234567", "075582345678", "2234567", "88886666"]
)
def test_a_telephone_number_that_can_be_dialled_is_sound(number):
    assert phone_fault(number) is None


@pytest.mark.parametrize(
    "number",
    ["", "1380013800", "138001380001", "12800138000", "010555001", "0755123456789", "123456", "123456789", "8888666x"],
)
def test_a_telephone_number_of_no_known_length_is_not(number):
    assert phone_fault(number) == "form"
