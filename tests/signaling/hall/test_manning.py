"""The desks by skill, as they come, get busy and go. Random days (test_days.py) hold it against all seats."""

from datetime import UTC, datetime, timedelta

from signaling.hall.manning import Manning

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)


def test_a_desk_that_works_is_counted_for_each_skill_and_free_only_when_it_is():
    manning = Manning()
    manning.put("r1", ("env", "food"), None)
    assert (manning.working["env"], manning.working["food"], manning.free_count("env")) == (1, 1, 0)
    assert (manning.works("r1"), manning.are_any_free) == (True, False)
    manning.put("r1", ("env", "food"), NOW)
    assert (manning.working["env"], manning.free_count("food"), manning.are_any_free) == (1, 1, True)


def test_who_is_ready_longest_comes_first():
    manning = Manning()
    for name, minute in (("r2", 5), ("r3", 1), ("r1", 5)):
        manning.put(name, ("env",), NOW + timedelta(minutes=minute))
    assert [desk.reviewer_id for desk in manning.free("env")] == ["r3", "r1", "r2"]


def test_other_skills_after_the_next_login_and_going():
    manning = Manning()
    manning.put("r1", ("env",), NOW)
    manning.put("r1", ("food",), NOW)
    assert (manning.working["env"], manning.free("env"), manning.free_count("food")) == (0, [], 1)
    manning.remove("r1")
    manning.remove("r1")
    assert (manning.working["food"], manning.works("r1"), manning.are_any_free) == (0, False, False)
