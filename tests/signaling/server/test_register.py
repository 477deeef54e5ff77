"""Who is admitted, kept as rows."""

from signaling.server.register import EnrolledReviewer, EnrolledTerminal, Register

TERMINAL = EnrolledTerminal("T-07", "自助终端 07", b"k" * 32)
REVIEWER = EnrolledReviewer("shen", "沈明", "$argon2id$...", ("market", "health"))


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
    assert register.revoked().result() == {"T-07", "shen"}
    register.put_terminal(TERMINAL).result()
    assert register.revoked().result() == {"shen"}
