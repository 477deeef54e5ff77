"""Drafts: found by their digest, the oldest forgotten, one that comes again young again."""

import hashlib

from signaling.server.drafts import MOST_DRAFTS, Drafts


def test_a_draft_is_found_by_its_digest():
    drafts = Drafts()
    digest = drafts.put(b"%PDF-1")
    assert digest == hashlib.sha256(b"%PDF-1").hexdigest()
    assert drafts.get(digest) == b"%PDF-1"
    assert drafts.get("0" * 64) is None


def test_the_oldest_is_forgotten_and_a_repeat_is_young_again():
    drafts = Drafts()
    digests = [drafts.put(b"%d" % number) for number in range(MOST_DRAFTS)]
    drafts.put(b"0")
    drafts.put(b"new")
    assert drafts.get(digests[0]) == b"0"
    assert drafts.get(digests[1]) is None
    assert all(drafts.get(digest) is not None for digest in digests[2:])
