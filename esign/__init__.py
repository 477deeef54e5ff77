"""Notices, seals and their verification: a library without network or windows.

`render_notice` turns facts into a PDF, `seal_notice` seals it, `verify_notice` judges any file and answers with a
`Report`. `load_seal` and `make_test_authority` give the seal to use.
"""

from esign.authority import make_test_authority
from esign.errors import BadNotice, BadSealFolder, EsignError, MissingGlyph, RenderingFailed, SealingFailed
from esign.facts import AcceptanceNotice, Applicant, Correction, CorrectionNotice, Material, NoticeFacts, ServiceItem
from esign.keys import Seal, SealKey, load_seal
from esign.notice import check_glyphs, render_notice
from esign.report import Finding, Report
from esign.seal import seal_notice
from esign.stamp import StampDesign, seal_svg
from esign.verify import verify_notice

__all__ = [
    "AcceptanceNotice",
    "Applicant",
    "BadNotice",
    "BadSealFolder",
    "Correction",
    "CorrectionNotice",
    "EsignError",
    "Finding",
    "Material",
    "MissingGlyph",
    "NoticeFacts",
    "RenderingFailed",
    "Report",
    "Seal",
    "SealKey",
    "SealingFailed",
    "ServiceItem",
    "StampDesign",
    "check_glyphs",
    "load_seal",
    "make_test_authority",
    "render_notice",
    "seal_notice",
    "seal_svg",
    "verify_notice",
]
