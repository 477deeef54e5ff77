"""The rules' defaults are the specification's (domain §3.6), and they fit together."""

import msgspec

from signaling.hall.rules import HallRules

RULES = HallRules()


def test_the_defaults_are_those_of_the_specification():
    assert (RULES.appointment_boost_s, RULES.priority_boost_s, RULES.correction_boost_s) == (1200, 600, 300)
    assert (RULES.overflow_s, RULES.pool_s, RULES.prefer_s) == (90, 300, 60)
    assert (RULES.ring_s, RULES.wrap_up_s, RULES.terminal_grace_s) == (20, 45, 120)
    assert (RULES.summons_s, RULES.keep_s, RULES.rejoin_behind, RULES.max_misses) == (60, 900, 2, 2)
    assert (RULES.wait_limit_s, RULES.closing_soon_s, RULES.emergency_office) == (900, 600, False)


def test_opening_hours_are_in_order():
    for opens, closes in zip(RULES.opens, RULES.closes, strict=True):
        assert (opens is None) == (closes is None)
        assert opens is None or opens < closes


def test_an_unknown_rule_is_ignored_by_the_struct_and_a_known_one_is_typed():
    assert msgspec.convert({"ring_s": 5}, HallRules).ring_s == 5
    assert msgspec.convert({"opens": ["08:00:00", None, None, None, None, None, None]}, HallRules).opens[1] is None
