"""Orders: whole on the disk and back, and old ones can still be read."""

import msgspec

from signaling.hall.facts import Entry, NoticeOrdered
from signaling.hall.orders import NoticeOrder


def test_an_order_survives_being_written(play):
    case, _ = play.talking()
    play.say("d1", play.decision(case, "drawing"))
    (order,) = play.orders
    assert msgspec.json.decode(msgspec.json.encode(order), type=NoticeOrder) == order
    (entry,) = (entry for entry in play.entries if isinstance(entry.fact, NoticeOrdered))
    assert msgspec.json.decode(msgspec.json.encode(entry), type=Entry).fact.order == order


def test_an_order_needs_no_more_than_it_did_before_previews(play):
    case, _ = play.talking()
    play.say("d1", play.decision(case))
    fields = msgspec.to_builtins(play.orders[0])
    for added in ("query_code", "preview"):
        del fields[added]
    old = msgspec.convert(fields, NoticeOrder)
    assert (old.query_code, old.preview) == ("", "")
