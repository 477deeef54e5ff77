"""The page that is shown and its marks; whatever comes for another applicant is not kept."""

from typing import Any

from annotate.codec import encode_wet
from annotate.marks import InkPoint
from annotate.operations import WetInk as WetPiece
from signaling.protocol.messages import WetInk
from terminal.effects import FetchMaterial


def test_a_page_is_fetched_once_until_it_fails(play: Any) -> None:
    viewing = play.in_call().session.viewing
    play.show("e")
    play.show("e", 3)
    assert (viewing.page, len(play.of(FetchMaterial))) == (("e" * 64, 3), 1)
    viewing.fetch_failed("e" * 64)
    viewing.want_page()
    assert len(play.of(FetchMaterial)) == 2
    assert viewing.fetched("e" * 64, "/booth/e")
    assert not viewing.fetched("e" * 64, "/booth/e"), "not asked for any more"


def test_marks_and_wet_ink_are_the_cases_own(play: Any) -> None:
    session = play.in_call().session
    seen: list[str] = []
    session.viewing.subscribe_wet(lambda digest, author, piece: seen.append(author))
    piece = WetPiece(1, 0, 0, (224, 32, 32), 2.0, False, (InkPoint(1.0, 2.0, 0.5),))
    session.receive(WetInk("c1", "b" * 64, 0, encode_wet(piece), "张敏"))
    play.mark(1)
    play.mark(2)
    assert seen == ["张敏"]
    assert len(session.viewing.markup("b" * 64).marks()) == 2
    session.finish()
    assert session.viewing.markups == {}
