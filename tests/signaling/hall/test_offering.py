"""What the hall offers, where, and what happens when another catalogue comes."""

import msgspec
import pytest

from signaling.hall.events import CatalogueChanged, Connected, Terminal
from signaling.hall.offering import Offering
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import Catalogue

TOWN, CENTRE = "hall-town", "hall-centre"


@pytest.fixture
def offering(play):
    first, second = play.CATALOGUE
    return Offering((first, msgspec.structs.replace(second, sites=(CENTRE,))), "d" * 64)


def test_each_category_has_its_letter_in_the_order_of_the_catalogue(play):
    assert play.OFFERING.letters == {"生态环境": "A", "食品药品": "B"}


def test_a_terminal_is_told_what_is_closed_or_not_taken_in_its_hall(offering):
    assert offering.announced(CENTRE, ()) == Catalogue("d" * 64, 2)
    assert offering.announced("", ()).closed == ()
    assert offering.announced(TOWN, ()).closed == ("SP-01",)
    assert offering.announced(TOWN, {"PW-01": "", "SP-01": "", "GONE": ""}).closed == ("PW-01", "SP-01")


def test_an_item_is_offered_where_its_halls_are(offering):
    everywhere, restricted = offering.catalogue
    assert offering.is_offered_at(everywhere, TOWN)
    assert offering.is_offered_at(restricted, CENTRE)
    assert offering.is_offered_at(restricted, "")
    assert not offering.is_offered_at(restricted, TOWN)


def test_another_catalogue_is_told_to_every_terminal(play):
    play.event(Connected("t1", Terminal("T-1", "终端 1", site=TOWN)))
    play.event(Connected("t2", Terminal("T-2", "终端 2")))
    for party in ("t1", "t2"):
        play.heard(party)
    renewed = (msgspec.structs.replace(play.CATALOGUE[0], sites=(CENTRE,)),)
    play.event(CatalogueChanged(renewed, "e" * 64))
    assert play.heard("t1") == [Catalogue("e" * 64, 1, ("PW-01",))]
    assert play.heard("t2") == [Catalogue("e" * 64, 1)]


def test_an_item_withdrawn_while_a_case_is_open_changes_nothing_for_it(play):
    case, _ = play.talking()
    play.event(CatalogueChanged(play.CATALOGUE[1:], "e" * 64))
    play.say("d1", play.decision(case))
    assert play.view(case.case_id).state == "accepted"
    play.terminal(2)
    assert play.refusal("t2", play.submission()) is ErrorCode.NOT_FOUND
