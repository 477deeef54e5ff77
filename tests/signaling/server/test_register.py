"""Who is admitted, kept as rows."""

import msgspec

from signaling.server.register import EnrolledReviewer, EnrolledTerminal, Register

TERMINAL = EnrolledTerminal("T-07", "自助终端 07", b"k" * 32, is_booth=False, cells=24, site="LY-01")
REVIEWER = EnrolledReviewer("shen", "沈明", "$argon2id$...", ("market", "health"), roles=("reviewer", "decider"))


def test_a_hall_begins_without_anybody(register: Register) -> None:
    assert register.is_without("terminals").result()
    assert register.is_without("reviewers").result()
    assert register.terminal("T-07").result() is None
    assert register.reviewer("shen").result() is None


def test_rows_come_back_as_they_were_put(register: Register) -> None:
    register.put_terminal(TERMINAL).result()
    register.put_reviewer(REVIEWER).result()
    assert register.terminal("T-07").result() == TERMINAL
    assert register.reviewer("shen").result() == REVIEWER
    assert not register.is_without("terminals").result()
    assert not register.is_without("reviewers").result()


def test_revoking_is_seen_and_enrolling_again_admits_again(register: Register) -> None:
    register.put_terminal(TERMINAL).result()
    register.put_reviewer(REVIEWER).result()
    assert register.revoke("T-07").result()
    assert register.revoke("shen").result()
    assert not register.revoke("T-99").result()
    assert register.credentials().result() == {}
    register.put_terminal(TERMINAL).result()
    assert register.credentials().result() == {"T-07": (b"k" * 32,)}


def test_credentials_change_with_every_enrolling(register: Register) -> None:
    register.put_terminal(TERMINAL).result()
    register.put_reviewer(REVIEWER).result()
    register.put_reviewer(msgspec.structs.replace(REVIEWER, reviewer_id="T-07", password_hash="other")).result()
    before = register.credentials().result()
    assert before == {"T-07": (b"k" * 32, b"other"), "shen": (b"$argon2id$...",)}
    register.put_reviewer(msgspec.structs.replace(REVIEWER, password_hash="new", roles=("manager",))).result()
    after = register.credentials().result()
    assert [name for name in before if before[name] != after[name]] == ["shen"]


def test_somebody_has_a_role_or_nobody(register: Register) -> None:
    assert not register.has_role("decider").result()
    register.put_reviewer(REVIEWER).result()
    assert register.has_role("decider").result()
    assert not register.has_role("manager").result()
