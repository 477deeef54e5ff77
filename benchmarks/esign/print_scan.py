"""The printed copy (goal 8): codes read from simulated scans, altered ones refused, each altered field named.

    python -m benchmarks.esign.print_scan [--scans 200] [--altered 50] [--untouched 40] [--seed 1] [--keep DIR]

Every scan has its own notice, resolution (200 to 300 dpi), turn (8 degrees either way), tilt, blur, noise and light,
and is a JPEG of quality 60. An altered paper carries the genuine code of the notice it was made from. Failures
are kept in DIR.
"""

import argparse
import tempfile
import time
from base64 import b32decode, b32encode
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.random import Generator
from pyhanko.pdf_utils.reader import PdfFileReader

from esign import (
    AcceptanceNotice,
    Applicant,
    BadCode,
    ClosingNotice,
    Correction,
    CorrectionNotice,
    ExtensionNotice,
    GrantDecision,
    Material,
    NonAcceptanceNotice,
    NoticeFacts,
    RefusalDecision,
    Report,
    Seal,
    ServiceItem,
    SpecialProcedureNotice,
    VoidingDecision,
    decode_code,
    encode_code,
    make_test_authority,
    printed_of,
    render_notice,
    seal_notice,
)
from esign.origin import read_origin
from esign.paper_reader import codes_in, open_picture
from esign.print_check import check_print
from tests.support.print_scan import paper_of, scan_of

_AUTHORITY = "北京市通州区政务服务管理局"
_ADDRESS = "https://hall.tongzhou.example/N"
_BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红鑫宇浩然子轩欣怡梓涵雨泽晨曦䶮垚喆堃"
_PLACES = [
    "通州",
    "朝阳",
    "海淀",
    "丰台",
    "石景山",
    "房山",
    "大兴",
    "昌平",
    "顺义",
    "怀柔",
    "密云",
    "延庆",
    "平谷",
    "门头沟",
]
_TRADES = [
    "建设工程设计",
    "餐饮管理",
    "医疗器械",
    "教育咨询",
    "道路运输",
    "园林绿化",
    "食品加工",
    "文化传播",
    "物业服务",
    "环境检测",
]
_ITEMS = (
    "建设工程规划许可证核发（房屋建筑类）",
    "食品经营许可证核发",
    "道路货物运输经营许可",
    "公共场所卫生许可",
    "医疗机构执业登记",
    "民办学校设立审批",
    "特种设备使用登记",
    "取水许可",
    "城市建筑垃圾处置核准",
    "占用、挖掘城市道路审批",
    "人力资源服务许可",
    "消毒产品生产企业卫生许可证核发",
)
_FAR_MORE = "拟在通州区宋庄镇小堡村北侧地块实施的文化创意产业园二期工程配套服务用房及地下车库项目"


def _digits(chance: Generator, count: int) -> str:
    return "".join(str(digit) for digit in chance.integers(0, 10, count))


def _person(chance: Generator) -> Applicant:
    name = str(chance.choice(list(_FAMILY))) + "".join(chance.choice(list(_GIVEN), chance.integers(1, 3)))
    number = f"1101{_digits(chance, 2)}19{_digits(chance, 2)}0{chance.integers(1, 10)}1{_digits(chance, 5)}"
    return Applicant(kind="person", name=name, id_kind="居民身份证", id_number=number, phone=f"138{_digits(chance, 8)}")


def _organisation(chance: Generator) -> Applicant:
    middle = "".join(chance.choice(list(_GIVEN[:-5]), 2))
    letters = "".join(chance.choice(list("ABCDEFGH"), 4))
    extra = _FAR_MORE[: int(chance.integers(8, len(_FAR_MORE)))] if chance.random() < 0.15 else ""
    return Applicant(
        kind="organisation",
        name=f"北京{chance.choice(_PLACES)}{middle}{chance.choice(_TRADES)}有限公司{extra}",
        id_kind="统一社会信用代码",
        id_number=f"9111{_digits(chance, 4)}MA{_digits(chance, 2)}{letters}{_digits(chance, 2)}",
        phone=f"010-{_digits(chance, 8)}",
        legal_representative="王丽",
    )


def _facts(chance: Generator, index: int) -> NoticeFacts:
    """One notice, as different from the others as notices are."""
    day = date(2026, 1, 5) + timedelta(days=int(chance.integers(0, 300)))
    later = [day + timedelta(days=int(days)) for days in np.cumsum(chance.integers(1, 15, 4))]
    code = "".join(chance.choice(list(_BASE32), 12))
    common: dict[str, Any] = {
        "number": f"京通政务{chance.choice(list('受补准延告'))}〔2026〕{_digits(chance, 6)}号",
        "authority": _AUTHORITY,
        "applicant": (_person if chance.random() < 0.5 else _organisation)(chance),
        "item": ServiceItem(
            name=str(chance.choice(_ITEMS)), code=f"000{_digits(chance, 9)}-{_digits(chance, 2)}", business="新办"
        ),
        "case_number": f"110112-{_digits(chance, 5)}-{day:%Y%m%d}-{_digits(chance, 5)}-{_digits(chance, 1)}",
        "ticket_number": f"B{_digits(chance, 3)}",
        "received_on": day,
        "issued_on": later[1],
        "place": "北京市通州区政务服务中心",
        "handler": "李审核",
        "office_phone": "010-69540001",
        "complaint_phone": "010-12345",
        "query_way": "持办件编号登录政务服务网“办件查询”，或拨打办公电话",
        "legal_basis": "《中华人民共和国城乡规划法》第四十条",
        "copies": 2,
        "is_test": True,
        "query_code": f"{code[:4]}-{code[4:8]}-{code[8:]}",
        "check_address": _ADDRESS,
    }
    accepted = {"accepted_on": later[0]}
    material = Material(name="申请表", form="原件", source="高拍仪", pages=2, sha256="0" * 64)
    wrong = Correction(material="平面图", problem="缺签章", standard="加盖执业印章", how="重新扫描")
    own: list[tuple[type[NoticeFacts], dict[str, Any]]] = [
        (
            AcceptanceNotice,
            {
                **accepted,
                "statutory_days": 20,
                "promised_days": 10,
                "due_on": later[2],
                "has_fee": False,
                "delivery_way": "窗口领取",
                "materials": (material,),
            },
        ),
        (CorrectionNotice, {"corrections": (wrong,), "hand_in_by": later[3], "effect": "逾期视为放弃申请。"}),
        (GrantDecision, {**accepted, "delivery_way": "邮政寄递", "content": "准予按申请内容实施。"}),
        (RefusalDecision, {**accepted, "reason": "建筑退线距离不符合规划条件。"}),
        (NonAcceptanceNotice, {"ground": "not_needed", "reason": "该事项依法不需要取得行政许可。"}),
        (
            ExtensionNotice,
            {**accepted, "days": 10, "due_on": later[3], "reason": "材料须进一步核对。", "approver": "周局长"},
        ),
        (
            SpecialProcedureNotice,
            {**accepted, "step": "专家评审", "days": 15, "from_on": later[1], "until_on": later[3]},
        ),
        (
            ClosingNotice,
            {
                **accepted,
                "outcome": "准予行政许可",
                "documents": ("准予行政许可决定书",),
                "collection": "窗口",
                "keep_until": later[3],
            },
        ),
        (
            VoidingDecision,
            {
                "voided_number": f"京通政务准〔2026〕{_digits(chance, 6)}号",
                "reason": "所载面积有误。",
                "approver": "周主管",
                "consequence": "本件退回审批环节。",
            },
        ),
    ]
    kind, particulars = own[index % len(own)]
    return kind(**common, **particulars)


def _another(text: str, chance: Generator) -> str:
    """The text with one of its digits, or else one of its characters, changed."""
    places = [at for at, c in enumerate(text) if c.isdigit()] or [at for at, c in enumerate(text) if c.isalnum()]
    at = int(chance.choice(places))
    others = "0123456789" if text[at].isdigit() else _FAMILY
    return text[:at] + str(chance.choice([c for c in others if c != text[at]])) + text[at + 1 :]


def _altered(facts: NoticeFacts, chance: Generator, turn: int) -> tuple[str, NoticeFacts]:
    """The name of the field changed, and the facts with it changed a little."""
    replace = msgspec.structs.replace
    applicant, item = facts.applicant, facts.item
    days = [name for name in ("accepted_on", "due_on", "hand_in_by", "until_on", "keep_until") if hasattr(facts, name)]
    match turn % 7:
        case 0:
            return "number", replace(facts, number=facts.number[:-7] + _another(facts.number[-7:], chance))
        case 1:
            at = int(chance.integers(0, min(len(applicant.name), 12)))
            other = chance.choice([c for c in _GIVEN + _FAMILY if c != applicant.name[at]])
            name = applicant.name[:at] + str(other) + applicant.name[at + 1 :]
            return "applicant", replace(facts, applicant=replace(applicant, name=name))
        case 2:
            tail = _another(applicant.id_number[-3:], chance)
            number = applicant.id_number[:-3] + tail
            return "applicant_id", replace(facts, applicant=replace(applicant, id_number=number))
        case 3:
            name = str(chance.choice([other for other in _ITEMS if other != item.name]))
            return "item", replace(facts, item=replace(item, name=name))
        case 4:
            return "case_number", replace(facts, case_number=_another(facts.case_number, chance))
        case 5:
            return "item_code", replace(facts, item=replace(item, code=_another(item.code, chance)))
        case _:
            name = str(chance.choice(days)) if days else "issued_on"
            moved = getattr(facts, name) + timedelta(days=1)
            return name, replace(facts, **{name: moved})


def _sealed(facts: NoticeFacts, seal: Seal, code_of: NoticeFacts | None = None) -> bytes:
    """The notice, sealed, with its own code or the one of another notice."""
    base = render_notice(facts)
    source = code_of or facts
    stated = printed_of(source, base if code_of is None else render_notice(code_of))
    return seal_notice(base, seal, datetime.now(UTC), encode_code(stated, seal.code_key, _ADDRESS), level="B-B")


def _scan(pdf: bytes, chance: Generator, page: int = 1) -> bytes:
    dpi = int(chance.integers(200, 301))
    paper = paper_of(pdf, dpi, page)
    return scan_of(paper, chance, tilt=0.01, blur=chance.uniform(0.4, 1.0) * dpi / 250, noise=chance.uniform(3, 9))


def _pages(sealed: bytes) -> tuple[int, range]:
    """The page with the code, and all from the first up to that one: the letter without its annex."""
    origin = read_origin(PdfFileReader(BytesIO(sealed)))
    if origin is None:
        raise ValueError("a notice without its origin")
    return origin.code_page, range(1, origin.code_page + 1)


def _altered_payloads(text: str, chance: Generator) -> Iterator[str]:
    """Every byte of the signed message with one bit flipped, in a text of the right form."""
    place, _, coded = text.rpartition("/")
    message = b32decode(coded + "=" * (-len(coded) % 8))
    for index in range(len(message)):
        changed = bytearray(message)
        changed[index] ^= 1 << int(chance.integers(8))
        yield f"{place}/{b32encode(changed).decode().rstrip('=')}"


def _count_decoded(count: int, seal: Seal, chance: Generator, keep: Path | None) -> tuple[int, int, int]:
    """Codes decoded and verified; altered payloads refused, of how many."""
    certificates = [seal.code_key.certificate]
    decoded = refused = flips = 0
    for index in range(count):
        facts = _facts(chance, index)
        sealed = _sealed(facts, seal)
        picture = _scan(sealed, chance, _pages(sealed)[0])
        page = open_picture(picture)
        texts = [] if page is None else [code.text for code in codes_in(page)][:1]
        if texts and decode_code(texts[0], certificates).holds("number", facts.number):
            decoded += 1
            for changed in _altered_payloads(texts[0], chance):
                flips += 1
                try:
                    decode_code(changed, certificates)
                except BadCode:
                    refused += 1
        elif keep:
            (keep / f"undecoded-{index}.jpg").write_bytes(picture)
    return decoded, refused, flips


def _told(report: Report) -> str:
    odd = [f"{field.field}={field.verdict}:{field.signed}|{field.printed}" for field in report.fields]
    return "; ".join(each for each in odd if "=equal" not in each) or ", ".join(f.code for f in report.findings)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scans", type=int, default=200)
    parser.add_argument("--altered", type=int, default=50)
    parser.add_argument("--untouched", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    chance = np.random.default_rng(asked.seed)
    if asked.keep:
        asked.keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        seal = make_test_authority(Path(folder) / "seal", _AUTHORITY)
        if asked.scans:
            decoded, refused, flips = _count_decoded(asked.scans, seal, chance, asked.keep)
            print(f"codes decoded and verified      {decoded} of {asked.scans} scans   (goal: 99 %)")
            print(f"altered payloads refused        {refused} of {flips}   (goal: all)")
        named: Counter[str] = Counter()
        tried: Counter[str] = Counter()
        false, verdicts, spent = [], Counter[str](), []
        for index in range(asked.altered + asked.untouched):
            facts = _facts(chance, index)
            field, changed = _altered(facts, chance, index) if index < asked.altered else ("", facts)
            sealed = _sealed(changed, seal, code_of=facts)
            pictures = [_scan(sealed, chance, page) for page in _pages(sealed)[1]]
            start = time.process_time()
            report = check_print(pictures[0], [seal.code_key.certificate], pictures[1:])
            spent.append(time.process_time() - start)
            differing = {each.field for each in report.fields if each.verdict == "differs"}
            wrong = differing - {field}
            if field:
                tried[field] += 1
                named[field] += field in differing
            else:
                verdicts[report.verdict] += 1
            if wrong:
                false.append(index)
            if wrong or (field and field not in differing) or (not field and report.verdict != "valid"):
                print(
                    f"  {index} {type(facts).__name__} {field or 'untouched'} -> {report.verdict}: {_told(report)}",
                    flush=True,
                )
                if asked.keep:
                    for number, picture in enumerate(pictures, 1):
                        (asked.keep / f"checked-{index}-{number}.jpg").write_bytes(picture)
    print(f"altered fields found and named  {named.total()} of {tried.total()}   (goal: all)")
    for field, count in sorted(tried.items()):
        print(f"  {field:<16} {named[field]} of {count}")
    print(f"fields called different wrongly on {len(false)} of {asked.altered + asked.untouched} papers   (goal: none)")
    print(f"untouched papers                {dict(verdicts)}")
    if spent:
        print(f"CPU of one check                median {np.median(spent):.1f} s, p95 {np.percentile(spent, 95):.1f} s")


if __name__ == "__main__":
    main()
