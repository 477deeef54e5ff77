"""Who is let in: the whole table of openings, right and wrong, without a socket."""

import asyncio
from collections.abc import Iterable
from typing import Literal

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signaling.hall.events import Desk, Party, Staff, Terminal
from signaling.protocol.enrolment import signed_hello
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.messages import (
    AnswerChallenge,
    AskPassword,
    Challenge,
    Error,
    FromClient,
    FromServer,
    Hello,
    LogIn,
    SetAvailability,
)
from signaling.protocol.values import Role
from signaling.server.authentication import MOST_TRIES, Door, Passwords
from signaling.server.register import EnrolledReviewer, EnrolledTerminal, Register


class Peer:
    """The other end of an opening: says these messages, keeps what it hears, signs challenges with its key."""

    def __init__(self, says: Iterable[FromClient], key: Ed25519PrivateKey | None = None) -> None:
        self._says = iter(says)
        self._key = key
        self.heard: list[FromServer] = []

    async def receive(self) -> FromClient:
        if self._key is not None and self.heard and isinstance(self.heard[-1], Challenge):
            return AnswerChallenge(self._key.sign(signed_hello(self.heard[-1].nonce)))
        return next(self._says)

    async def hear(self, message: FromServer) -> None:
        self.heard.append(message)


@pytest.fixture
def door(register: Register, passwords: Passwords) -> Door:
    return Door(register, passwords)


async def admitted(door: Door, peer: Peer) -> tuple[Party, int]:
    return await door.admit(peer.receive, peer.hear)


async def refused(door: Door, peer: Peer) -> ErrorCode:
    with pytest.raises(Refused) as caught:
        await door.admit(peer.receive, peer.hear)
    return caught.value.code


def terminal_hello(terminal_id: str = "T-01", versions: tuple[int, ...] = (1,)) -> Hello:
    return Hello("terminal", terminal_id, versions)


async def test_a_terminal_with_its_key_is_let_in(door: Door, device_key: Ed25519PrivateKey) -> None:
    party = await admitted(door, Peer([terminal_hello(versions=(7, 1))], device_key))
    assert party == (Terminal("T-01", "自助终端 01"), 1)


async def test_a_terminal_brings_what_it_was_enrolled_with(door: Door, register: Register) -> None:
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    register.put_terminal(EnrolledTerminal("T-01", "小屋", public, is_booth=False, cells=24, site="LY-01")).result()
    party, _ = await admitted(door, Peer([terminal_hello()], key))
    assert party == Terminal("T-01", "小屋", is_booth=False, cells=24, site="LY-01")


async def test_each_challenge_is_new(door: Door, device_key: Ed25519PrivateKey) -> None:
    peers = [Peer([terminal_hello()], device_key) for _ in range(2)]
    for peer in peers:
        await admitted(door, peer)
    assert peers[0].heard != peers[1].heard


async def test_a_signature_for_another_challenge_does_not_open(door: Door, device_key: Ed25519PrivateKey) -> None:
    old = AnswerChallenge(device_key.sign(signed_hello(b"\0" * 32)))
    assert await refused(door, Peer([terminal_hello(), old])) is ErrorCode.WRONG_DEVICE_KEY


async def test_a_signature_without_the_prefix_does_not_open(door: Door, device_key: Ed25519PrivateKey) -> None:
    class Unprefixed(Peer):
        async def receive(self) -> FromClient:
            if self.heard and isinstance(self.heard[-1], Challenge):
                return AnswerChallenge(device_key.sign(self.heard[-1].nonce))
            return await super().receive()

    assert await refused(door, Unprefixed([terminal_hello()])) is ErrorCode.WRONG_DEVICE_KEY


async def test_wrong_unknown_and_revoked_terminals_hear_the_same(
    door: Door, register: Register, device_key: Ed25519PrivateKey
) -> None:
    wrong, unknown = Peer([terminal_hello()], Ed25519PrivateKey.generate()), Peer([terminal_hello("T-99")], device_key)
    assert await refused(door, wrong) is ErrorCode.WRONG_DEVICE_KEY
    assert await refused(door, unknown) is ErrorCode.WRONG_DEVICE_KEY
    register.revoke("T-01").result()
    revoked = Peer([terminal_hello()], device_key)
    assert await refused(door, revoked) is ErrorCode.WRONG_DEVICE_KEY
    assert {tuple(type(message) for message in peer.heard) for peer in (wrong, unknown, revoked)} == {(Challenge,)}


@pytest.mark.parametrize(
    ("says", "code"),
    [
        ([SetAvailability(is_ready=True)], ErrorCode.NOT_AUTHENTICATED),
        ([LogIn("x", "D-01")], ErrorCode.NOT_AUTHENTICATED),
        ([terminal_hello(versions=(2, 3))], ErrorCode.UNSUPPORTED_VERSION),
        ([terminal_hello(versions=())], ErrorCode.UNSUPPORTED_VERSION),
        ([terminal_hello(), terminal_hello()], ErrorCode.NOT_AUTHENTICATED),
        ([terminal_hello(), AnswerChallenge(b"")], ErrorCode.WRONG_DEVICE_KEY),
        ([Hello("reviewer", "shen", (1,)), AnswerChallenge(b"")], ErrorCode.NOT_AUTHENTICATED),
        ([Hello("reviewer", "shen", (1,)), SetAvailability(is_ready=True)], ErrorCode.NOT_AUTHENTICATED),
    ],
)
async def test_any_other_opening_is_refused(
    door: Door, device_key: Ed25519PrivateKey, says: list[FromClient], code: ErrorCode
) -> None:
    assert await refused(door, Peer(says)) is code


async def test_a_reviewer_with_the_password_is_let_in_at_the_second_try(door: Door, password: str) -> None:
    peer = Peer([Hello("reviewer", "shen", (1,)), LogIn("wrong", "D-03"), LogIn(password, "D-03")])
    assert await admitted(door, peer) == (Desk("D-03", "shen", "沈明", ("market",)), 1)
    assert [type(message) for message in peer.heard] == [AskPassword, Error]


async def test_after_the_last_try_the_door_is_shut_and_an_unknown_name_hears_the_same(
    door: Door, password: str
) -> None:
    heard = []
    for name in ("shen", "nobody"):
        peer = Peer([Hello("reviewer", name, (1,)), *[LogIn("wrong", "D-03")] * MOST_TRIES, LogIn(password, "D-03")])
        assert await refused(door, peer) is ErrorCode.WRONG_PASSWORD
        heard.append(peer.heard)
    assert heard[0] == heard[1]
    assert len(heard[0]) == MOST_TRIES


async def test_a_revoked_reviewer_stays_out(door: Door, register: Register, password: str) -> None:
    register.revoke("shen").result()
    peer = Peer([Hello("reviewer", "shen", (1,)), *[LogIn(password, "D-03")] * MOST_TRIES])
    assert await refused(door, peer) is ErrorCode.WRONG_PASSWORD


async def test_an_account_that_is_guessed_at_is_shut_for_a_while(door: Door, password: str) -> None:
    codes = []
    for _ in range(4):
        peer = Peer([Hello("reviewer", "shen", (1,)), *[LogIn("wrong", "D-03")] * MOST_TRIES])
        codes.append(await refused(door, peer))
    assert codes == [*[ErrorCode.WRONG_PASSWORD] * 3, ErrorCode.TOO_MANY_ATTEMPTS]
    right = Peer([Hello("reviewer", "shen", (1,)), LogIn(password, "D-03")])
    assert await refused(door, right) is ErrorCode.TOO_MANY_ATTEMPTS


async def test_a_storm_of_logins_is_refused_beyond_a_short_queue(passwords: Passwords) -> None:
    known = passwords.hash("right")
    outcomes = await asyncio.gather(*(passwords.fits(known, "right") for _ in range(30)), return_exceptions=True)
    assert outcomes.count(True) == 20
    busy = [outcome.code for outcome in outcomes if isinstance(outcome, Refused)]
    assert busy == [ErrorCode.TOO_MANY_ATTEMPTS] * 10


async def test_a_damaged_hash_opens_nothing(passwords: Passwords) -> None:
    assert not await passwords.fits("not a hash", "right")
    assert not await passwords.fits(None, "right")


@pytest.mark.parametrize(
    ("roles", "hello_role", "is_let_in"),
    [
        (("manager",), "staff", True),
        (("collector", "guide"), "staff", True),
        (("reviewer", "supervisor"), "staff", True),
        (("reviewer", "decider"), "staff", False),
        ((), "staff", False),
        (("reviewer",), "reviewer", True),
        (("decider",), "reviewer", True),
        (("manager", "issuer"), "reviewer", True),
        (("manager", "collector", "guide"), "reviewer", False),
    ],
)
async def test_each_role_has_its_own_door(
    door: Door,
    register: Register,
    passwords: Passwords,
    roles: tuple[Role, ...],
    hello_role: Literal["reviewer", "staff"],
    is_let_in: bool,
) -> None:
    known = EnrolledReviewer("lin", "林静", passwords.hash("right"), ("market",), roles=roles)
    register.put_reviewer(known).result()
    peer = Peer([Hello(hello_role, "lin", (1,)), LogIn("right", "D-05")])
    if not is_let_in:
        assert await refused(door, peer) is ErrorCode.WRONG_ROLE
        return
    party, _ = await admitted(door, peer)
    desk = Desk("D-05", "lin", "林静", ("market",), roles)
    assert party == (Staff("lin", "林静", roles) if hello_role == "staff" else desk)


async def test_a_wrong_role_is_told_only_with_the_right_password(
    door: Door, register: Register, passwords: Passwords
) -> None:
    register.put_reviewer(EnrolledReviewer("lin", "林静", passwords.hash("right"), (), roles=("guide",))).result()
    peer = Peer([Hello("reviewer", "lin", (1,)), *[LogIn("wrong", "D-05")] * MOST_TRIES])
    assert await refused(door, peer) is ErrorCode.WRONG_PASSWORD
