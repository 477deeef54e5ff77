"""One sample of every message, all fields set, with characters and bytes that are easily broken on the way."""

from datetime import UTC, datetime

import pytest

from signaling.protocol import messages as m
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
CORRECTION = v.Correction("form", 0, "缺比例尺", "补充", "m1")
NOTICE = v.NoticeView("n1", "acceptance", "京通政务受〔2026〕000123号", "ready", NOW, DIGEST, NOW)
CASE = v.CaseView(
    "c1", "A001", "accepted", "serving", ITEM, APPLICANT, (MATERIAL,), NOW, "T-01", "1号终端", "审核员",
    (CORRECTION,), (NOTICE,),
)  # fmt: skip

SAMPLES = [
    m.Hello("terminal", "T-01", (1, 2), ("webrtc",)),
    m.Challenge(BYTES[:32]),
    m.AnswerChallenge(BYTES[:64]),
    m.AskPassword(),
    m.LogIn("密码 with spaces", "D-01"),
    m.Welcome(1, "s1", "审核员", "token", NOW),
    m.Catalogue((ITEM,)),
    m.Error(ErrorCode.CALL_GONE, "此来电已结束", "k1"),
    m.Done("r1"),
    m.SubmitCase("r1", "PW-01", APPLICANT, (MATERIAL,), True),
    m.TicketIssued("r1", CASE, 3),
    m.SubmitCorrection("r1", "c1", (MATERIAL,)),
    m.WithdrawCase("r1", "c1"),
    m.CaseChanged(CASE),
    m.TicketChanged("c1", "waiting", 2),
    m.Decide("r1", "c1", "request_corrections", (CORRECTION,)),
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
]


@pytest.fixture(params=SAMPLES, ids=lambda message: type(message).__name__)
def sample(request):
    """Each message once."""
    return request.param


@pytest.fixture(scope="session")
def samples():
    """All of them."""
    return SAMPLES
