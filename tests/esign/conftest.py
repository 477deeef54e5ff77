"""Facts, a seal and sealed notices for these tests; and the independent judges from Debian."""

import hashlib
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from esign import (
    AcceptanceNotice,
    Applicant,
    ClosingNotice,
    Correction,
    CorrectionNotice,
    ExtensionNotice,
    GapAcceptanceNotice,
    GapMaterial,
    GrantDecision,
    Material,
    NonAcceptanceNotice,
    NoticeFacts,
    RefusalDecision,
    Seal,
    ServiceItem,
    SlipDeposit,
    SlipFacts,
    SlipMaterial,
    SpecialProcedureNotice,
    StampDesign,
    TerminationNotice,
    VoidingDecision,
    make_test_authority,
    render_notice,
    seal_notice,
)
from esign.keys import FileKey
from esign.revocation import FolderRevocation
from esign.timestamps import ClockGuard, LocalTimestamper

AUTHORITY = "北京市通州区政务服务管理局"
RARE_NAME = "𬬻䶮㛃𡋾鿍𫖯𬭚𬬭𫓧"
PERSON = Applicant(
    kind="person", name=RARE_NAME, id_kind="居民身份证", id_number="110101199003072316", phone="13800138000"
)
ORGANISATION = Applicant(
    kind="organisation",
    name="北京云窗口建设工程设计有限公司",
    id_kind="统一社会信用代码",
    id_number="91110112MA01ABCD5X",
    phone="010-88880000",
    legal_representative="王鿍𫖯",
)

_COMMON: dict[str, Any] = {
    "authority": AUTHORITY,
    "item": ServiceItem(name="建设工程规划许可证核发（房屋建筑类）", code="000115010000-01", business="新办"),
    "case_number": "110112-01501-20261120-00042-7",
    "ticket_number": "B017",
    "received_on": date(2026, 11, 20),
    "issued_on": date(2026, 11, 22),
    "place": "北京市通州区政务服务中心",
    "handler": "李审核",
    "office_phone": "010-69540001",
    "complaint_phone": "010-12345",
    "legal_basis": "《中华人民共和国城乡规划法》第四十条",
    "query_way": "持办件编号登录政务服务网“办件查询”，或拨打办公电话",
    "copies": 2,
    "is_test": True,
}


def make_materials(count: int) -> tuple[Material, ...]:
    return tuple(
        Material(
            name=f"总平面布置图（第{index}张）",
            form="原件",
            source="高拍仪",
            pages=index,
            sha256=hashlib.sha256(bytes([index])).hexdigest(),
        )
        for index in range(1, count + 1)
    )


def make_acceptance(**changes: Any) -> AcceptanceNotice:
    own = {
        "number": "京通政务受〔2026〕000123号",
        "applicant": PERSON,
        "accepted_on": date(2026, 11, 22),
        "statutory_days": 20,
        "promised_days": 10,
        "due_on": date(2026, 12, 4),
        "has_fee": False,
        "delivery_way": "窗口领取（通州区政务服务中心一层出件窗口）",
        "materials": make_materials(3),
    }
    return AcceptanceNotice(**{**_COMMON, **own, **changes})


def make_correction(**changes: Any) -> CorrectionNotice:
    wrong = Correction(
        material="总平面布置图",
        page=1,
        mark_number=3,
        problem="图签栏缺少注册建筑师签章，建筑退线距离未标注",
        standard="图签完整并加盖执业印章；退线距离逐边标注",
        how="自助终端重新扫描上传或窗口递交",
    )
    own = {
        "number": "京通政务补〔2026〕000045号",
        "applicant": ORGANISATION,
        "corrections": (wrong,),
        "hand_in_by": date(2026, 12, 6),
        "effect": "逾期未补正的，视为放弃本次申请，申请材料予以退还。",
    }
    return CorrectionNotice(**{**_COMMON, **own, **changes})


_ACCEPTED: dict[str, Any] = {"accepted_on": date(2026, 11, 21)}
_OTHERS: dict[type[NoticeFacts], dict[str, Any]] = {
    GapAcceptanceNotice: {
        **_ACCEPTED,
        "statutory_days": 20,
        "promised_days": 10,
        "due_on": date(2026, 12, 4),
        "has_fee": True,
        "delivery_way": "窗口领取",
        "materials": make_materials(3),
        "gaps": (GapMaterial(name="法定代表人身份证复印件", form="复印件", days=5, due_on=date(2026, 11, 27)),),
        "consequence": "逾期未补齐的，本机关按现有材料依法作出决定，由此产生的后果由申请人承担。",
    },
    NonAcceptanceNotice: {
        "ground": "not_competent",
        "reason": "申请的项目位于河北省廊坊市三河市，不在本机关管辖的行政区域内。",
        "competent_body": "三河市自然资源和规划局",
    },
    SpecialProcedureNotice: {
        **_ACCEPTED,
        "step": "专家评审",
        "days": 15,
        "from_on": date(2026, 11, 23),
        "until_on": date(2026, 12, 11),
        "reason": "项目位于历史文化街区，须组织专家评审建筑高度。",
    },
    ExtensionNotice: {
        **_ACCEPTED,
        "days": 10,
        "due_on": date(2027, 1, 4),
        "reason": "日照分析须与相邻地块的方案一并核对，相邻地块的材料尚未到齐。",
        "approver": "周局长",
    },
    GrantDecision: {**_ACCEPTED, "delivery_way": "邮政寄递", "content": "建筑面积12000平方米，地上6层，高度24米。"},
    RefusalDecision: {
        **_ACCEPTED,
        "reason": "一、建筑退线距离3米，不符合规划条件关于不少于5米的要求。\n二、绿地率21%，低于规划条件规定的30%。",
    },
    ClosingNotice: {
        **_ACCEPTED,
        "outcome": "准予行政许可",
        "documents": ("准予行政许可决定书", "建设工程规划许可证"),
        "collection": "24小时智能柜（自助终端03，12号柜格）",
        "code": "604713",
        "keep_until": date(2026, 11, 29),
    },
    TerminationNotice: {"hand_in_by": date(2026, 11, 21)},
    VoidingDecision: {
        "voided_number": "京通政务准〔2026〕000011号",
        "reason": "决定书所载建筑面积与核定图纸不一致。",
        "approver": "周主管",
        "consequence": "本件退回审批环节，由本机关依法重新作出决定。",
    },
}


def make_notice(kind: type[NoticeFacts], **changes: Any) -> NoticeFacts:
    """Good facts for any kind of notice."""
    if kind is AcceptanceNotice:
        return make_acceptance(**changes)
    if kind is CorrectionNotice:
        return make_correction(**changes)
    return kind(
        **{**_COMMON, "number": "京通政务文〔2026〕000007号", "applicant": ORGANISATION, **_OTHERS[kind], **changes}
    )


def make_slip(**changes: Any) -> SlipFacts:
    own = {
        "hall": "北京市通州区政务服务中心",
        "ticket_number": "B017",
        "case_number": "110112-01501-20261120-00042-7",
        "token": "7K3M9PQ2XW",
        "applicant_kind": "person",
        "applicant": "欧阳䶮",
        "item": _COMMON["item"],
        "received_at": datetime(2026, 11, 20, 9, 5, tzinfo=timezone(timedelta(hours=8))),
        "counts_from": date(2026, 11, 20),
        "tell_by": date(2026, 11, 27),
        "materials": tuple(
            SlipMaterial(name=row.name, form=row.form, source="高拍仪", pages=row.pages) for row in make_materials(3)
        ),
        "deposits": (SlipDeposit(cell=12, pages=6, materials="总平面布置图（第1张）、总平面布置图（第2张）"),),
        "place": "通州区新华东街一号院",
        "phone": "010-69540001",
    }
    return SlipFacts(**{**own, **changes})


PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Issuer:
    """A certificate authority of these tests, able to issue what a real one would refuse."""

    def __init__(self, name: str = "云窗口测试根 TEST ONLY") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        authority = x509.BasicConstraints(ca=True, path_length=None)
        builder = self._builder(self._name, self._key.public_key(), datetime.now(UTC) + timedelta(days=9))
        root = builder.add_extension(authority, critical=True).sign(self._key, hashes.SHA256())
        self.root_pem = root.public_bytes(Encoding.PEM)

    def _builder(self, subject: x509.Name, key: Any, end: datetime) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name).public_key(key)
        builder = builder.serial_number(x509.random_serial_number()).not_valid_after(end)
        return builder.not_valid_before(datetime.now(UTC) - timedelta(days=9))

    def issue(
        self, organisation: str, *, for_time: bool, end: datetime | None = None, key: PrivateKey | None = None
    ) -> FileKey:
        key = key or ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
                x509.NameAttribute(NameOID.COMMON_NAME, f"{organisation}行政审批专用章"),
            ]
        )
        builder = self._builder(subject, key.public_key(), end or datetime.now(UTC) + timedelta(days=9))
        usage = [True, True, *[False] * 7]
        builder = builder.add_extension(x509.KeyUsage(*usage), critical=True)
        if for_time:
            purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            builder = builder.add_extension(purpose, critical=True)
        certificate = builder.sign(self._key, hashes.SHA256())
        return FileKey(key, certificate.public_bytes(Encoding.DER))

    def seal(self, key: FileKey | None = None, timestamper: FileKey | None = None) -> Seal:
        root = x509.load_pem_x509_certificate(self.root_pem).public_bytes(Encoding.DER)
        key = key or self.issue(AUTHORITY, for_time=False)
        timestamper = timestamper or self.issue("Cloud Window", for_time=True)
        return Seal(
            seal_id="0123456789abcdef",
            design=StampDesign(AUTHORITY, "行政审批专用章"),
            key=key,
            chain=(root,),
            timestamper=LocalTimestamper(timestamper, (timestamper.certificate, root), ClockGuard()),
            revocation=FolderRevocation(Path("nowhere")),  # its certificates declare no lists and need none
            code_key=key,
            root_pem=self.root_pem,
            is_test=True,
        )


@pytest.fixture(scope="session")
def acceptance() -> Callable[..., AcceptanceNotice]:
    return make_acceptance


@pytest.fixture(scope="session")
def correction() -> Callable[..., CorrectionNotice]:
    return make_correction


@pytest.fixture(scope="session")
def notice() -> Callable[..., NoticeFacts]:
    return make_notice


@pytest.fixture(scope="session")
def slip() -> Callable[..., SlipFacts]:
    return make_slip


@pytest.fixture(scope="session")
def materials() -> Callable[[int], tuple[Material, ...]]:
    return make_materials


@pytest.fixture(scope="session")
def issuer_type() -> type[Issuer]:
    return Issuer


@pytest.fixture(scope="session")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 3072)


@pytest.fixture(scope="session")
def seal(tmp_path_factory: pytest.TempPathFactory) -> Seal:
    return make_test_authority(tmp_path_factory.mktemp("authority") / "seal", AUTHORITY)


@pytest.fixture(scope="session")
def notice_pdf() -> bytes:
    return render_notice(make_acceptance())


@pytest.fixture(scope="session")
def sealed(notice_pdf: bytes, seal: Seal) -> bytes:
    return seal_notice(notice_pdf, seal, datetime.now(UTC))


@pytest.fixture(scope="session")
def judge() -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Run an independent tool. Where it is missing the test is skipped, but in CI it fails."""

    def run(tool: str, *arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
        if shutil.which(tool) is None:
            if os.environ.get("CI"):
                pytest.fail(f"{tool} is not installed")
            pytest.skip(f"{tool} is not installed")
        return subprocess.run([tool, *map(str, arguments)], capture_output=True, check=False, timeout=60)

    return run


Answer = tuple[int, str, bytes]
"""Status, media type, body."""


class WebServer:
    """Answers over HTTP on the loopback by functions of these tests: path -> function of the request's body."""

    def __init__(self) -> None:
        self.answers: dict[str, Callable[[bytes], Answer]] = {}
        self.requests: list[str] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                server.requests.append(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, kind, content = server.answers[self.path](body)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def stop(self) -> None:
        """Nobody listens at `url` any more; a second time changes nothing."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


@pytest.fixture
def web() -> Iterator[WebServer]:
    server = WebServer()
    yield server
    server.stop()
