"""The correction draft: complete or not, and how it travels."""

from reviewer.draft import DraftCorrection, as_corrections

FULL = DraftCorrection("d1", "plan", 2, " 缺比例尺 ", "补注\n", "m1")


def test_white_space_is_no_answer():
    assert FULL.is_complete
    assert not DraftCorrection("d", "plan", 0, "  ", "补注").is_complete
    assert not DraftCorrection("d", "plan", 0, "缺", "\n").is_complete


def test_drafts_travel_trimmed_with_page_and_mark():
    (sent,) = as_corrections([FULL])
    assert (sent.slot, sent.page, sent.problem, sent.requirement, sent.mark_id) == ("plan", 2, "缺比例尺", "补注", "m1")


def test_pictures_and_numbers_of_marks_travel_along():
    drafts = (DraftCorrection("d1", "plan", 0, "a", "b", "m1"), DraftCorrection("d2", "plan", 1, "c", "d"))
    first, second = as_corrections(drafts, {"m1": "e" * 64}, {"m1": 3})
    assert (first.mark_number, first.crop) == (3, "e" * 64)
    assert (second.mark_number, second.crop) == (0, "")
