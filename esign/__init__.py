"""Notices, seals and their verification: a library without network or windows.

`render_notice` turns facts into a PDF, `seal_notice` seals it, `verify_notice` judges any file and answers with a
`Report`. `load_seal` and `make_test_authority` give the seal to use. `render_slip` makes the unsealed receipt.
"""

from esign.authority import make_test_authority
from esign.errors import BadNotice, BadSealFolder, EsignError, MissingGlyph, RenderingFailed, SealingFailed
from esign.facts import Applicant, Correction, GapMaterial, Material, NoticeFacts, ServiceItem
from esign.keys import Seal, SealKey, load_seal
from esign.kinds import (
    AcceptanceNotice,
    ClosingNotice,
    CorrectionNotice,
    ExtensionNotice,
    GapAcceptanceNotice,
    GrantDecision,
    NonAcceptanceNotice,
    RefusalDecision,
    SpecialProcedureNotice,
    TerminationNotice,
    VoidingDecision,
)
from esign.notice import check_glyphs, render_notice
from esign.report import Finding, Report
from esign.seal import seal_notice
from esign.slip import SlipDeposit, SlipFacts, SlipMaterial, render_slip
from esign.stamp import StampDesign, seal_svg
from esign.verify import verify_notice

__all__ = [
    "AcceptanceNotice",
    "Applicant",
    "BadNotice",
    "BadSealFolder",
    "ClosingNotice",
    "Correction",
    "CorrectionNotice",
    "EsignError",
    "ExtensionNotice",
    "Finding",
    "GapAcceptanceNotice",
    "GapMaterial",
    "GrantDecision",
    "Material",
    "MissingGlyph",
    "NonAcceptanceNotice",
    "NoticeFacts",
    "RefusalDecision",
    "RenderingFailed",
    "Report",
    "Seal",
    "SealKey",
    "SealingFailed",
    "ServiceItem",
    "SlipDeposit",
    "SlipFacts",
    "SlipMaterial",
    "SpecialProcedureNotice",
    "StampDesign",
    "TerminationNotice",
    "VoidingDecision",
    "check_glyphs",
    "load_seal",
    "make_test_authority",
    "render_notice",
    "render_slip",
    "seal_notice",
    "seal_svg",
    "verify_notice",
]
