"""Values: what the wire refuses before anything looks at it."""

import msgspec
import pytest

from signaling.protocol.values import Applicant, Correction, Digest, Id, Material, MaterialSlot, NoticeView, ServiceItem

MATERIAL = {
    "slot": "form",
    "digest": "a" * 64,
    "name": "申请表.pdf",
    "media_type": "application/pdf",
    "size": 1,
    "pages": 1,
    "source": "camera",
}


def test_a_material_is_version_one_unless_said_otherwise():
    assert msgspec.convert(MATERIAL, Material).version == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("digest", "A" * 64),
        ("digest", "a" * 63),
        ("digest", "a" * 65),
        ("digest", "a" * 64 + "\n"),
        ("slot", ""),
        ("slot", "../form"),
        ("slot", "x" * 65),
        ("name", "x" * 201),
        ("media_type", "text/html"),
        ("source", "fax"),
        ("size", 0),
        ("pages", 0),
        ("version", 0),
        ("size", "1"),
        ("pages", 1.5),
    ],
)
def test_what_no_material_can_be_is_refused(field, value):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(MATERIAL | {field: value}, Material)


@pytest.mark.parametrize("good", ["T-01", "a", "A.b:c_d-9", "x" * 64])
def test_ids_are_plain(good):
    assert msgspec.convert(good, Id) == good


@pytest.mark.parametrize("bad", ["", "x" * 65, "a b", "a/b", "名", "a\n", 1, None])
def test_ids_are_nothing_else(bad):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(bad, Id)


def test_a_digest_is_hexadecimal_sha_256():
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert("g" * 64, Digest)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (Applicant, {"kind": "robot", "name": "x", "id_kind": "resident_id", "id_number": "1", "phone": "1"}),
        (Correction, {"slot": "form", "page": -1, "problem": "x", "requirement": "y"}),
        (Correction, {"slot": "form", "page": 0, "problem": "x" * 2001, "requirement": "y"}),
        (Correction, {"slot": "form", "page": 0, "problem": "x", "requirement": "y", "mark_number": -1}),
        (Correction, {"slot": "form", "page": 0, "problem": "x", "requirement": "y", "crop": "a" * 63}),
        (MaterialSlot, {"code": "a b", "name": "x"}),
        (ServiceItem, {"code": "PW-01"}),
        (NoticeView, {"notice_id": "n", "kind": "refusal", "number": "1", "state": "ready", "decided_at": "2026"}),
    ],
)
def test_other_values_are_held_to_their_form(kind, fields):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(fields, kind)
