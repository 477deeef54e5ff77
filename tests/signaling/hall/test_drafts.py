"""Drafts: the newest of each case holds, every one that was ordered is answered once."""

from signaling.hall.drafts import Draft, Drafts


def draft(play, preview_id):
    return Draft(preview_id, f"r-{preview_id}", "c1", "reviewer-1", play.orders[0])


def test_the_newest_of_a_case_holds_and_each_is_answered_once(play):
    case, _ = play.talking()
    play.say("d1", play.decision(case))
    drafts, first, second = Drafts(), draft(play, "p1"), draft(play, "p2")
    drafts.begin(first)
    drafts.begin(second)
    assert drafts.of("c1") is second
    assert drafts.end("p1") is first
    assert drafts.end("p1") is None
    assert drafts.of("c1") is second
    drafts.forget("c1")
    assert drafts.of("c1") is None
    assert drafts.end("p2") is second, "who asked still gets an answer"
    drafts.forget("c1")
