"""Bad openings and bad frames: what may not come in is told why, and nobody else notices."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from signaling.__main__ import main
from signaling.client import TerminalLogin
from signaling.protocol.codec import MAX_FRAME_BYTES, decode_from_server, encode
from signaling.protocol.enrolment import signed_hello
from signaling.protocol.errors import SENTENCES, ErrorCode
from signaling.protocol.messages import (
    AnswerCall,
    AnswerChallenge,
    AskPassword,
    Catalogue,
    Challenge,
    Done,
    EndCall,
    Error,
    FromClient,
    FromServer,
    Hello,
    LogIn,
    Welcome,
)
from signaling.protocol.version import VERSIONS

DEADLINE_S = 30.0 * float(os.environ.get("TEST_SLOWNESS", "1"))


# --- the opening ---------------------------------------------------------------------------------------


@asynccontextmanager
async def dialled(hall: Any) -> AsyncIterator[ClientConnection]:
    async with asyncio.timeout(DEADLINE_S), connect(hall.url, compression=None, proxy=None) as link:
        yield link


async def tell(link: ClientConnection, message: FromClient) -> FromServer:
    await link.send(encode(message))
    return decode_from_server(await link.recv())


async def rest(link: ClientConnection) -> tuple[list[str], int]:
    """Codes of the errors said until the connection ended, and its close code."""
    codes = []
    with suppress(ConnectionClosed):
        while True:
            message = decode_from_server(await link.recv())
            if isinstance(message, Error):
                assert message.sentence == SENTENCES[message.code]
                codes.append(str(message.code))
    assert link.close_code is not None
    return codes, link.close_code


async def let_in(link: ClientConnection, login: TerminalLogin) -> Welcome:
    challenge = await tell(link, Hello("terminal", login.terminal_id, VERSIONS))
    assert isinstance(challenge, Challenge)
    key = Ed25519PrivateKey.from_private_bytes(login.private_key)
    welcome = await tell(link, AnswerChallenge(key.sign(signed_hello(challenge.nonce))))
    assert isinstance(welcome, Welcome), welcome
    return welcome


async def wrong_key(hall: Any, terminal_id: str, key: Ed25519PrivateKey) -> tuple[list[str], int]:
    async with dialled(hall) as link:
        challenge = await tell(link, Hello("terminal", terminal_id, VERSIONS))
        assert isinstance(challenge, Challenge)
        await link.send(encode(AnswerChallenge(key.sign(signed_hello(challenge.nonce)))))
        return await rest(link)


REFUSED_KEY = (["wrong_device_key"], 1008)


async def test_a_wrong_key_and_an_unknown_terminal_look_alike(hall: Any, people: Any, nothing_is_lost: Any) -> None:
    async with people.bystander() as still_served:
        login = people.terminal()
        assert await wrong_key(hall, login.terminal_id, Ed25519PrivateKey.generate()) == REFUSED_KEY
        assert await wrong_key(hall, "T-unknown", Ed25519PrivateKey.generate()) == REFUSED_KEY
        party = people.party(TerminalLogin(login.terminal_id, secrets.token_bytes(32)))
        await party.client.run()
        assert party.states[-1] == ("refused", ErrorCode.WRONG_DEVICE_KEY), "the client does not try for ever"
        await still_served()
    connected = [fact["terminal_id"] for fact in nothing_is_lost("TerminalConnected")]
    assert login.terminal_id not in connected
    assert "T-unknown" not in connected


async def test_a_revoked_terminal_is_put_out_and_stays_out(hall: Any, people: Any) -> None:
    login = people.terminal()
    async with people.bystander() as still_served, asyncio.TaskGroup() as group:
        party = people.party(login)
        group.create_task(party.client.run(), name="revoked")
        await party.hear(Catalogue)
        assert main(["revoke", "--data", str(hall.data), login.terminal_id]) == 0
        await party.wait(lambda: party.states[-1] == ("refused", ErrorCode.WRONG_DEVICE_KEY))
        assert ("waiting", ErrorCode.NOT_AUTHENTICATED) in party.states
        assert await wrong_key(hall, login.terminal_id, Ed25519PrivateKey.from_private_bytes(login.private_key)) == (
            REFUSED_KEY
        )
        await still_served()


@pytest.mark.parametrize("is_known", [True, False])
async def test_three_wrong_passwords_end_the_connection(is_known: bool, hall: Any, people: Any) -> None:
    name = people.reviewer().reviewer if is_known else "R-nobody"
    async with people.bystander() as still_served, dialled(hall) as link:
        assert isinstance(await tell(link, Hello("reviewer", name, VERSIONS)), AskPassword)
        for _ in range(3):
            await link.send(encode(LogIn("王小明的密码", "D-1")))
        assert await rest(link) == (["wrong_password"] * 3, 1008)
        await still_served()


async def test_who_says_no_hello_is_closed(hall: Any, people: Any) -> None:
    async with people.bystander() as still_served, dialled(hall) as link:
        await still_served()
        assert await rest(link) == (["not_authenticated"], 1008)


EARLY: dict[str, tuple[str, str]] = {
    "an act": (encode(AnswerCall("c1")), "not_authenticated"),
    "a password": (encode(LogIn("a password", "D-1")), "not_authenticated"),
    "an unknown message": ('{"type": "Teleport"}', "unknown_message"),
    "nonsense": ("hello", "malformed_message"),
    "another version": (encode(Hello("terminal", "T-01", (99,))), "unsupported_version"),
}


@pytest.mark.parametrize("kind", EARLY)
async def test_nothing_but_a_hello_opens(kind: str, hall: Any, people: Any) -> None:
    frame, code = EARLY[kind]
    async with people.bystander() as still_served, dialled(hall) as link:
        await link.send(frame)
        assert await rest(link) == ([code], 1008)
        await still_served()


# --- frames ----------------------------------------------------------------------------------------------

BAD_FRAMES: dict[str, tuple[str | bytes, str]] = {
    "an unknown message": ('{"type": "Teleport", "to": "王小明"}', "unknown_message"),
    "a message of the hall": (encode(Done("r1")), "unknown_message"),
    "a known one without its fields": ('{"type": "AnswerCall"}', "malformed_message"),
    "a field of another type": ('{"type": "AnswerCall", "call_id": 7}', "malformed_message"),
    "an id with a line break": ('{"type": "AnswerCall", "call_id": "a\\nb"}', "malformed_message"),
    "half a frame": ('{"type": "AnswerCall", "call', "malformed_message"),
    "a list": ("[1, 2]", "malformed_message"),
    "nothing": ("", "malformed_message"),
    "bytes": (b"\x00\xff", "malformed_message"),
    "deep nesting": ('{"type": "AnswerCall", "call_id": ' + "[" * 30_000, "malformed_message"),
    "deep nesting in an unknown field": ('{"type": "AnswerCall", "x": ' + "[" * 30_000, "malformed_message"),
    "somewhat too much": ('"' + "x" * MAX_FRAME_BYTES + '"', "message_too_large"),
    "a greeting once inside": (encode(Hello("terminal", "T-01", VERSIONS)), "not_allowed"),
}


@pytest.mark.parametrize("kind", BAD_FRAMES)
async def test_a_bad_frame_is_answered_and_the_connection_stays(kind: str, hall: Any, people: Any) -> None:
    frame, code = BAD_FRAMES[kind]
    async with people.bystander() as still_served, dialled(hall) as link:
        await let_in(link, people.terminal())
        await link.send(frame)
        await still_served()
        await link.send(encode(EndCall("none")))
        errors = []
        while len(errors) < 2:
            message = decode_from_server(await link.recv())
            if isinstance(message, Error):
                assert message.sentence == SENTENCES[message.code]
                errors.append((message.code, message.about))
        assert errors == [(ErrorCode(code), ""), (ErrorCode.CALL_GONE, "none")], "refused, and still in conversation"


async def test_twenty_bad_frames_in_a_row_end_the_connection(hall: Any, people: Any) -> None:
    async with people.bystander() as still_served, dialled(hall) as link:
        await let_in(link, people.terminal())
        for _ in range(19):
            await link.send("nonsense")
        await link.send(encode(EndCall("none")))
        while not (isinstance(message := decode_from_server(await link.recv()), Error) and message.about == "none"):
            pass  # answered: the good one between has made the counting begin anew
        for _ in range(20):
            await link.send("nonsense")
        codes, close_code = await rest(link)
        assert codes == ["malformed_message"] * 21, "one for each frame, and why the connection ends"
        assert close_code == 1008
        await still_served()


async def test_a_frame_of_a_megabyte_ends_the_connection(hall: Any, people: Any) -> None:
    async with people.bystander() as still_served, dialled(hall) as link:
        await let_in(link, people.terminal())
        await link.send("x" * (1 << 20))
        assert (await rest(link))[1] == 1009, "message too big (RFC 6455, 7.4.1)"
        await still_served()


async def test_what_is_no_http_is_not_answered_with_a_crash(hall: Any, people: Any) -> None:
    async with people.bystander() as still_served:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(hall.url.split(":")[2].split("/")[0]))
        writer.write(b"\x16\x03\x01 no http at all\r\n\r\n")
        assert b"400" in await reader.readline()
        await still_served()
        writer.close()
        await writer.wait_closed()
