"""The office's values: a roster entry and a board line survive the wire, nonsense does not."""

from datetime import date, time

import msgspec
import pytest

from signaling.protocol.office import BoardLine, RosterEntry


def test_a_roster_entry_is_of_a_weekday_or_of_a_day():
    entry = RosterEntry("reviewer-1", time(8, 30), time(17, 30), weekday=0)
    assert msgspec.json.decode(msgspec.json.encode(entry), type=RosterEntry) == entry
    single = RosterEntry("reviewer-1", time(9), time(13), day=date(2026, 11, 28))
    assert msgspec.json.decode(msgspec.json.encode(single), type=RosterEntry) == single


@pytest.mark.parametrize("fields", [{"weekday": 7}, {"start": "25:00:00"}, {"reviewer_id": "a b"}])
def test_what_no_roster_entry_can_be_is_refused(fields):
    sound = {"reviewer_id": "reviewer-1", "start": "08:30:00", "end": "17:30:00", "weekday": 0}
    assert msgspec.convert(sound, RosterEntry).weekday == 0
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(sound | fields, RosterEntry)


def test_the_board_names_nobody_in_full_by_its_form():
    assert BoardLine.__struct_fields__ == ("ticket_number", "applicant", "place")
