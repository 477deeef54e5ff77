"""The bounded box: order, what is dropped, when it is overfull, and its end."""

import asyncio

from signaling.server.outbox import Outbox


async def drained(box: Outbox) -> list[str]:
    box.close()
    taken = []
    while (frame := await box.take()) is not None:
        taken.append(frame)
    return taken


async def test_frames_leave_in_order() -> None:
    box = Outbox()
    assert [box.put("a"), box.put("b", is_droppable=True), box.put("c")] == [True] * 3
    assert await drained(box) == ["a", "b", "c"]


async def test_a_full_box_drops_the_new_droppable_frame_and_says_nothing() -> None:
    box = Outbox(most_frames=2)
    assert [box.put("a"), box.put("b")] == [True] * 2
    assert box.put("ink", is_droppable=True)
    assert await drained(box) == ["a", "b"]


async def test_a_needed_frame_pushes_droppable_ones_out() -> None:
    box = Outbox(most_frames=3)
    assert [box.put("ink 1", is_droppable=True), box.put("a"), box.put("ink 2", is_droppable=True)] == [True] * 3
    assert box.put("b")
    assert await drained(box) == ["a", "b"]


async def test_an_overfull_box_says_so() -> None:
    by_number, by_bytes = Outbox(most_frames=1), Outbox(most_bytes=10)
    assert [by_number.put("a"), by_number.put("b")] == [True, False]
    assert [by_bytes.put("12345"), by_bytes.put("123456"), by_bytes.put("12345")] == [True, False, True]


async def test_taking_waits_for_a_frame() -> None:
    box = Outbox()
    async with asyncio.TaskGroup() as group:
        taking = group.create_task(box.take())
        await asyncio.sleep(0)
        assert not taking.done()
        box.put("late")
    assert taking.result() == "late"


async def test_a_closed_box_gives_its_last_frame_and_takes_no_other() -> None:
    box = Outbox()
    box.put("a")
    box.close("last")
    assert box.put("too late")
    box.close("second end")
    assert [await box.take(), await box.take(), await box.take()] == ["a", "last", None]


async def test_a_cut_box_forgets_what_waited() -> None:
    box = Outbox()
    box.put("a")
    box.close("too slow", is_cut=True)
    assert [await box.take(), await box.take()] == ["too slow", None]
