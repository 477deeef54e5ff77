"""One case from the first touch to the printed notice, with a correction on the way, judged by others."""

import asyncio
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reviewer.demo.hall_process import HallProcess
from reviewer.demo.papers import Papers
from terminal.simulator import Script, Simulator

DEADLINE_S = 90.0


async def play(hall: HallProcess, papers: Papers, booth_at: Any, reviewer_at: Any) -> list[str]:
    lines: list[str] = []
    script = Script(
        item_code="ENV-001",
        papers={"form": papers.shot, "approval": papers.scan, "plan": papers.drawing},
        corrected=({"plan": papers.corrected_drawing},),
    )
    async with asyncio.timeout(DEADLINE_S), reviewer_at(hall, cases=1), booth_at(hall) as booth:
        await Simulator(booth, lines.append).play(script)
    return lines


async def test_a_case_is_corrected_accepted_sealed_and_printed(
    hall: HallProcess, papers: Papers, booth_at: Any, reviewer_at: Any, judge: Callable[..., str], tmp_path: Path
) -> None:
    lines = await play(hall, papers, booth_at, reviewer_at)
    assert [line.split()[0] for line in lines] == ["submitted", "corrections", "corrections", "notice", "notice"]
    root = tmp_path / "root.pem"
    root.write_text(hall.device().trust_root)
    hall.stop()
    said = hall.export_journal(tmp_path / "journal.jsonl")
    entries = [json.loads(line) for line in (tmp_path / "journal.jsonl").read_text("utf-8").splitlines()]
    kinds = [entry["kind"] for entry in entries]
    assert f"{len(entries)} 条记录" in said
    milestones = ["CaseSubmitted", "CallPlaced", "CallAnswered", "MarkRecorded", "Decided", "CorrectionSubmitted"]
    milestones += ["NoticePrintReported"]
    assert [kinds.index(kind) for kind in milestones] == sorted(kinds.index(kind) for kind in milestones)
    assert kinds.count("Decided") == kinds.count("NoticeStored") == 2
    assert "CaseClosed" not in kinds, "an accepted case waits for the decision about it"

    (notice,) = (tmp_path / "prints").glob("*受*.pdf")
    database = tmp_path / "nss"
    database.mkdir()
    judge("certutil", "-N", "-d", f"sql:{database}", "--empty-password")
    judge("certutil", "-A", "-n", "root", "-t", "CT,C,C", "-i", root, "-d", f"sql:{database}")
    verdict = judge("pdfsig", "-nssdir", database, notice)
    assert "Signature is Valid" in verdict
    assert "Certificate is Trusted" in verdict
    assert "Total document signed" in verdict
    judge("qpdf", "--check", notice)
    text = "".join(judge("pdftotext", "-layout", notice, "-").split())
    submitted = json.loads(next(entry["body"] for entry in entries if entry["kind"] == "CaseSubmitted"))
    corrected = json.loads(next(entry["body"] for entry in entries if entry["kind"] == "CorrectionSubmitted"))
    for words in ("受理通知书", submitted["applicant"]["name"], submitted["ticket_number"], submitted["case_id"]):
        assert words in text, words
    assert corrected["materials"][0]["digest"][:16] in text, "the notice names the corrected version"


async def test_nothing_of_the_applicant_is_left_in_logs_or_in_the_booth(
    hall: HallProcess, papers: Papers, booth_at: Any, reviewer_at: Any, tmp_path: Path, caplog: Any, monkeypatch: Any
) -> None:
    caplog.set_level("INFO")
    left = tmp_path / "left"
    left.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(left))
    await play(hall, papers, booth_at, reviewer_at)
    hall.stop()
    hall.export_journal(tmp_path / "journal.jsonl")
    entries = [json.loads(line) for line in (tmp_path / "journal.jsonl").read_text("utf-8").splitlines()]
    applicant = json.loads(next(e["body"] for e in entries if e["kind"] == "CaseSubmitted"))["applicant"]
    logs = hall.log.read_text("utf-8") + caplog.text
    for field in ("name", "id_number", "phone", "legal_representative"):
        assert applicant[field] not in logs, field
    assert hall.login().password not in logs
    assert list(left.iterdir()) == []
