"""The service items: fetched once, again after a failure, searched by words, closed ones known."""

from typing import Any

import pytest

from signaling.protocol.messages import Catalogue
from terminal.effects import FetchCatalogue


def test_a_catalogue_is_fetched_once(play: Any) -> None:
    session = play.session
    session.receive(Catalogue("a" * 64, 2))
    session.receive(Catalogue("a" * 64, 2, ("ENV-001",)))
    assert play.of(FetchCatalogue) == [FetchCatalogue("a" * 64)]
    assert session.items == ()
    session.catalogue.fetched("a" * 64, ())
    play.online()
    session.receive(Catalogue("c" * 64, 2))
    assert len(play.of(FetchCatalogue)) == 2
    assert len(session.items) == 2


def test_a_failed_fetch_is_repeated_by_the_next_connection(play: Any) -> None:
    session = play.session
    session.receive(Catalogue("a" * 64, 2))
    session.catalogue.fetch_failed("a" * 64, "network")
    assert session.catalogue.problem == "network"
    session.connection_changed("online")
    assert len(play.of(FetchCatalogue)) == 2
    assert session.catalogue.problem == ""


def test_a_newer_catalogue_replaces_one_on_its_way(play: Any) -> None:
    session = play.session
    session.receive(Catalogue("a" * 64, 2))
    session.receive(Catalogue("b" * 64, 2))
    session.catalogue.fetch_failed("a" * 64, "not_found")
    assert [effect.digest[0] for effect in play.of(FetchCatalogue)] == ["a", "b"]
    assert session.catalogue.problem == ""


@pytest.mark.parametrize(
    ("words", "category", "codes"),
    [
        ("", "", ["ENV-001", "FOOD-1"]),
        ("食品 许可", "", ["FOOD-1"]),
        ("env-0", "", ["ENV-001"]),
        ("生态环境局", "市场准入", ["FOOD-1"]),
        ("食品", "生态环境", []),
    ],
)
def test_find(play: Any, words: str, category: str, codes: list[str]) -> None:
    catalogue = play.online().session.catalogue
    assert [item.code for item in catalogue.find(words, category)] == codes
    assert dict(catalogue.categories) == {"生态环境": 1, "市场准入": 1}


def test_a_closed_item_cannot_be_chosen(play: Any) -> None:
    play.at_items().online(closed=("ENV-001",))
    session = play.session
    session.choose_item("ENV-001")
    assert (session.step, session.problem) == ("items", "item_closed")
    session.choose_item("FOOD-1")
    assert session.step == "materials"


def test_the_catalogue_stays_when_the_applicant_goes(play: Any) -> None:
    play.at_items().session.finish()
    assert play.session.items
