"""One sample of every message, all fields set, with characters and bytes that are easily broken on the way."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from signaling.protocol import acts as a
from signaling.protocol import messages as m
from signaling.protocol import office as o
from signaling.protocol import values as v
from signaling.protocol.errors import ErrorCode

NOW = datetime(2026, 11, 23, 9, 0, 0, 123456, UTC)
DIGEST = "0123456789abcdef" * 4
BYTES = bytes(range(256))
ITEM = v.ServiceItem(
    "PW-01", "排污许可证核发", "生态环境", "某某区生态环境局", "审批科", "env", "新办", "《许可法》", 20, 5, False,
    "窗口", (v.MaterialSlot("form", "申请表", True, "电子件", "提示\n“引号”"),),
)  # fmt: skip
APPLICANT = v.Applicant("organisation", "𠮷野家\u3000公司", "credit_code", "91350100M000100Y43", "010-1", "李四")
MATERIAL = v.Material("form", DIGEST, '申请表 \\" é.pdf', "application/pdf", 2**40, 9, "usb", 2)
CORRECTION = v.Correction("form", 0, "缺比例尺", "补充", "m1", 3, DIGEST)
NOTICE = v.NoticeView(
    "n1", "acceptance", "京通政务受〔2026〕000123号", "ready", NOW, DIGEST, NOW,
    "京通政务受〔2026〕000122号", "名称有误", "0123456789AB",
)  # fmt: skip
CASE = v.CaseView(
    "c1", "A001", "accepted", "serving", ITEM, APPLICANT, (MATERIAL,), NOW, "T-01", "1号终端", "审核员",
    (CORRECTION,), (NOTICE,), "0123456789",
    v.Place("rejoin", 2, (60, 300), ("appointment",), None, "elderly", False, 1, NOW, "补号"),
    (v.SlotView("form", "looked_at", 2, "deposited", date(2026, 12, 1)),),
    (v.Clock("tell", "running", date(2026, 11, 23), date(2026, 11, 30), 5, 1, True),),
    (v.Fix("f1", "name", "吉", "𠮷", "confirmed"),), "gap", date(2026, 11, 23), "reviewer-1", "理由", "某局",
    (v.Deposit("d1", "stored", "T-01", 3, ("form",), 12, "012345", NOW, "collector-1", "袋装", 11),),
    v.Result("in_locker", "locker", "某路1号", "654321", "EMS1", 4, date(2026, 12, 8)), "courier", "某路1号", "fair",
    True, ("accept",),
)  # fmt: skip
PARTICULARS = v.Particulars("理由", "not_competent", "某市水务局", (v.Gap("form", 5),), "hearing", 30, "说明")
CLOCK = CASE.clocks[0]
BOARD = o.Board("某大厅", NOW, (o.BoardLine("A001", "张*国", "1号终端"),), (), (), 0, (), (), False, "8:30–17:30")

SAMPLES = [
    m.Hello("terminal", "T-01", (1, 2), ("webrtc",)),
    m.Challenge(BYTES[:32]),
    m.AnswerChallenge(BYTES[:64]),
    m.AskPassword(),
    m.LogIn("密码 with spaces", "D-01"),
    m.Welcome(1, "s1", "审核员", "token", NOW, ("reviewer", "decider"), True),
    m.Catalogue(DIGEST, 717, ("PW-01",)),
    m.Error(ErrorCode.CALL_GONE, "此来电已结束", "k1"),
    m.Done("r1"),
    m.SubmitCase("r1", "PW-01", APPLICANT, (MATERIAL,), True, True, ("plan",), True, "pregnant", "courier", "某路1号"),
    m.TicketIssued("r1", CASE, 3),
    m.SubmitCorrection("r1", "c1", (MATERIAL,)),
    m.WithdrawCase("r1", "c1"),
    m.CaseChanged(CASE),
    m.TicketChanged("c1", "waiting", CASE.place),
    m.Decide("r1", "c1", "request_corrections", (CORRECTION,), PARTICULARS, DIGEST),
    m.NoticeReady("c1", NOTICE),
    m.NoticeReceived("r1", "n1", True),
    m.NoticePrinted("r1", "n1", False, "缺纸"),
    m.SetAvailability(False, "午餐"),
    m.DeskChanged("away", "午餐", NOW),
    m.QueueChanged((v.WaitingEntry("A001", "排污", "1号终端", NOW, "waiting"),)),
    m.CallOffered("k1", CASE, 20.0),
    m.CallRinging("k1", "c1"),
    m.AnswerCall("k1"),
    m.DeclineCall("k1"),
    m.CallStarted("k1", CASE, 2, True, "1号终端", True, True),
    m.HoldCall("k1", True),
    m.CallHeld("k1", False),
    m.EndCall("k1"),
    m.CallEnded("k1", "lost"),
    m.Description("k1", 1, "offer", "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n"),
    m.Candidate("k1", 1, "candidate:1 1 udp 1 10.0.0.1 9 typ host", "0", 0),
    m.Rejoin("k1", 1),
    m.ShowPage("c1", DIGEST, 4),
    m.OperateMark("c1", DIGEST, "o1", "mark", "m1", BYTES),
    m.MarkNumbered("c1", DIGEST, 1, "o1", "undo", "m1", BYTES, "审核员", NOW),
    m.MarkRefused("o1", ErrorCode.NOT_ALLOWED),
    m.WetInk("c1", DIGEST, 0, BYTES, "审核员"),
    a.LeaveTerminal("r1", "c1"),
    a.ClaimCase("r1", "0123456789"),
    a.RejoinLine("r1", "c1"),
    a.AskSlots("c1"),
    a.SlotsOffered("c1", (v.AppointmentSlot(NOW, NOW + timedelta(minutes=15), 2),)),
    a.ConvertTicket("r1", "c1", "appointment", NOW),
    a.ResumeTicket("r1", "c1"),
    a.SetPriority("r1", "c1", "disabled"),
    a.OpenCase("r1", "c1"),
    a.CaseOpened("c1"),
    a.ReturnCase("r1", "c1"),
    a.PreviewNotice("r1", "c1", "request_corrections", (CORRECTION,), PARTICULARS),
    a.NoticePreviewed("r1", "c1", "京通政务补〔2026〕000001号", DIGEST),
    a.WorkChanged((v.WorkEntry("c1", "decide", "排污", "accepted", NOW, date(2026, 12, 1), 0.5, "审核员"),)),
    a.AskFix("r1", "c1", "f1", "name", "𠮷野家"),
    a.ConfirmFix("r1", "c1", "f1", True),
    a.CallBack("r1", "c1"),
    a.MarkMissed("k1"),
    a.ParkCall("k1"),
    a.ExtendWrapUp(),
    a.VoidNotice("r1", "n1", "名称有误", True),
    a.DepositPapers("r1", "c1", ("form",), 12),
    a.OpenCell("r1", "012345"),
    a.CellOpened("r1", 3, "c1"),
    a.CellClosed("r1", 3),
    a.ChooseDelivery("r1", "c1", "courier", "某路1号"),
    a.Evaluate("r1", "c1", "very_dissatisfied", "等得太久"),
    a.ReportTrouble("r1", "", "无法上传图纸", "010-1"),
    a.HandleDeposit("r1", "d1", "count", 11, "少一页"),
    a.HandleResult("r1", "c1", "put_in_locker", "EMS1", "T-01"),
    a.SetCalendarDay("r1", o.CalendarDay(date(2027, 1, 3), False, "通知")),
    a.PublishYear("r1", 2027, "国办通知"),
    a.SetRoster("r1", (o.RosterEntry("reviewer-1", time(8, 30), time(17, 30), 0, date(2026, 12, 5)),)),
    a.SetItemOpen("r1", "PW-01", False, "系统升级"),
    a.AnswerFollowUp("r1", "f1", "已回访", True),
    a.FloorChanged(
        NOW,
        (o.QueueLine("c1", "A001", "张*国", "排污", "env", "1号终端", "waiting", "new", "", NOW, 1, 0, "补号", True),),
        (o.DeskLine("D-01", "reviewer-1", "审核员", "away", "午餐", NOW, ("env",), True, "A001"),),
        (o.TerminalLine("T-01", "1号终端", True, "A001", 5),),
        (o.CaseLine("c1", "排污", "accepted", "张*国", "审核员", CLOCK, 0.9),),
        (o.DepositTask("c1", "排污", "1号终端", CASE.deposits[0], True),),
        (o.ResultTask("c1", "排污", "张*国", CASE.result),),
        (o.NoticeLine("c1", "n1", "acceptance", "号", "printed"),),
        (
            o.FollowUp(
                "f1", "grade", "open", "c1", "排污", NOW, date(2026, 12, 1), "慢", "dissatisfied", "答", "m", True
            ),
        ),
        (o.RosterEntry("reviewer-1", time(8, 30), time(17, 30)),),
        (o.CalendarDay(date(2027, 1, 3), False, "通知"),),
        (2026,),
        ("PW-01",),
        ("nobody_skilled:env",),
        BOARD,
    ),
]


@pytest.fixture(params=SAMPLES, ids=lambda message: type(message).__name__)
def sample(request):
    """Each message once."""
    return request.param


@pytest.fixture(scope="session")
def samples():
    """All of them."""
    return SAMPLES
