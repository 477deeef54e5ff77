"""A draft is asked for, written, fetched and seen; only what was seen is decided, and nobody keeps it longer."""

import msgspec
import pytest

from reviewer.effects import CropMarks, FetchDraft, ReleaseMaterials
from signaling.protocol.acts import NoticePreviewed, PreviewNotice
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import Decide, Error
from signaling.protocol.values import Particulars

REFUSAL = Particulars(ground="not_needed", reason="依法不需许可")


def test_nothing_is_decided_that_was_not_seen(stage, build):
    session = stage.looked().session
    session.decide("accept")
    session.ask_preview("accept")
    session.decide("accept")
    assert stage.said(Decide) == []
    (asked,) = stage.said(PreviewNotice)
    stage.hear(NoticePreviewed(asked.request_id, "C-1", "京通政务受〔2026〕000123号", build.draft))
    assert (session.preview.state, session.preview.draft.number) == ("fetching", "京通政务受〔2026〕000123号")
    assert stage.done(FetchDraft) == [FetchDraft(build.draft)]
    session.decide("accept")
    assert stage.said(Decide) == []
    session.material_opened(build.draft, build.opened(build.material("draft")))
    assert session.can_seal("accept")
    session.decide("accept")
    (said,) = stage.said(Decide)
    assert (said.outcome, said.preview) == ("accept", build.draft)


def test_asking_again_changes_nothing_and_another_content_is_written_anew(stage, build):
    session = stage.looked().previewed("not_accept", REFUSAL).session
    session.ask_preview("not_accept", REFUSAL)
    assert len(stage.said(PreviewNotice)) == 1
    other = msgspec.structs.replace(REFUSAL, reason="不属于许可事项")
    assert not session.can_seal("not_accept", other)
    session.decide("not_accept", other)
    assert stage.said(Decide) == []
    session.ask_preview("not_accept", other)
    assert [message.particulars for message in stage.said(PreviewNotice)] == [REFUSAL, other]
    assert stage.done(ReleaseMaterials) == [ReleaseMaterials((build.draft,))]


def test_an_incomplete_form_is_not_written(stage):
    stage.looked().session.ask_preview("not_accept", Particulars(ground="not_competent", reason="属水务"))
    assert stage.said(PreviewNotice) == []


def test_an_outcome_without_a_notice_needs_none(stage, build):
    stage.opened(build.case("pre_review")).session.ask_preview("advise")
    assert stage.said(PreviewNotice) == []
    stage.session.decide("advise")
    assert stage.said(Decide)[0].preview == ""


def test_marked_places_go_before_the_correction_notice(stage, build):
    session = stage.drafted().session
    session.ask_preview("request_corrections")
    (wanted,) = stage.done(CropMarks)
    (place,) = wanted.places
    assert (place.mark_id, place.digest, place.page) == ("m1", build.material("plan").digest, 0)
    assert place.mark in place.marks
    assert stage.said(PreviewNotice) == []
    session.crops_made("of another time", {"m1": "e" * 64})
    assert stage.said(PreviewNotice) == []
    session.crops_made(wanted.request_id, {"m1": "e" * 64})
    (asked,) = stage.said(PreviewNotice)
    assert [(each.mark_number, each.crop) for each in asked.corrections] == [(1, "e" * 64)]
    stage.written().session.decide("request_corrections")
    assert stage.said(Decide)[0].corrections == asked.corrections


def test_a_place_that_could_not_be_cut_out_is_told_in_words(stage):
    stage.drafted().decide("request_corrections")
    assert [(each.mark_number, each.crop) for each in stage.said(Decide)[0].corrections] == [(1, "")]


@pytest.mark.parametrize("is_fetched", [False, True])
def test_a_draft_that_does_not_come_can_be_asked_for_again(stage, build, is_fetched):
    session = stage.looked().session
    session.ask_preview("accept")
    request_id = stage.said(PreviewNotice)[0].request_id
    if is_fetched:
        stage.hear(NoticePreviewed(request_id, "C-1", "1号", build.draft))
        session.material_failed(build.draft, "unreachable")
        assert session.preview.draft.problem == "unreachable"
    else:
        stage.hear(Error(ErrorCode.MISSING_GLYPH, "缺少“𱁬”", request_id))
        assert (session.preview.draft.problem, session.preview.draft.detail) == ("missing_glyph", "缺少“𱁬”")
    assert (session.preview.state, session.problem) == ("failed", "")
    session.ask_preview("accept")
    assert len(stage.said(PreviewNotice)) == 2


def test_a_refused_decision_drops_what_was_seen(stage):
    stage.looked().decide("accept")
    stage.hear(Error(ErrorCode.PREVIEW_STALE, "", stage.said(Decide)[0].request_id))
    assert (stage.session.problem, stage.session.preview.state) == ("preview_stale", "none")
    assert not stage.session.can_seal("accept")


def test_the_draft_leaves_the_desk_with_the_case_or_when_nobody_looks(stage, build):
    stage.looked().previewed("accept").session.drop_preview()
    assert stage.done(ReleaseMaterials) == [ReleaseMaterials((build.draft,))]
    stage.previewed("accept").desk("ready")
    assert stage.session.preview.draft is None
    assert [effect.digests for effect in stage.done(ReleaseMaterials)].count((build.draft,)) == 2
