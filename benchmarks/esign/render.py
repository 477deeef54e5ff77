"""``python -m benchmarks.esign.render``: what one notice costs to render, and whether every character comes back.

Facts differ from notice to notice as a hall's do (people, numbers, days, items, materials); figures are CPU
milliseconds of this process, warm. ``--fidelity`` renders all 6,763 characters of GB 2312 and rare name characters
instead, and reads them back with pdftotext and mutool. Nothing here is a test: figures depend on the machine and on
what else it does.
"""

import argparse
import hashlib
import os
import platform
import random
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from esign import (
    AcceptanceNotice,
    Applicant,
    Correction,
    CorrectionNotice,
    GrantDecision,
    Material,
    NonAcceptanceNotice,
    NoticeFacts,
    RefusalDecision,
    ServiceItem,
    render_notice,
)

_RARE = "𬬻䶮㛃𡋾鿍𫖯𬭚𬬭𫓧"
_FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华文建国志红玉兰海波鹏宇欣怡子轩梓涵"
_ITEMS = (
    "排污许可证核发", "建设工程规划许可证核发", "食品经营许可", "公共场所卫生许可", "特殊建设工程消防设计审查",
    "人力资源服务许可", "医疗机构执业登记", "大型户外广告设置审批", "城市道路占用挖掘审批", "民办学校设立审批",
)  # fmt: skip
_MATERIALS = (
    "营业执照", "法定代表人身份证明", "授权委托书", "许可证申请表", "生产厂区总平面图", "环境影响评价批复",
    "消防设计图纸", "消防技术审查意见", "建设工程规划许可证", "施工许可证", "房屋产权证明", "租赁合同",
    "食品安全管理制度", "设备布局图", "从业人员健康证明", "卫生检测报告", "公司章程", "验资报告",
    "土地使用权证书", "勘察报告", "结构设计计算书", "节能专篇",
)  # fmt: skip
_CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_WARM_UP = 20


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.esign.render", description=__doc__)
    parser.add_argument("-n", type=int, default=200, help="notices of each row")
    parser.add_argument("--materials", type=int, default=5, help="rows of the acceptance's list")
    parser.add_argument("--fidelity", action="store_true", help="read every character back instead")
    options = parser.parse_args()
    print(
        f"{platform.platform()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before; "
        f"Python {platform.python_version()}, typst {version('typst')}"
    )
    if options.fidelity:
        _fidelity()
        return
    chance = random.Random(7)  # noqa: S311 - the same facts in every run
    print(f"{'':28}{'CPU ms':>9}{'p95':>8}{'wall ms':>9}{'KB':>7}")
    _measure("受理通知书", options.n, lambda: acceptance(chance, options.materials))
    _measure("补正一次性告知书, 3 rows", options.n, lambda: correction(chance, 3))
    kinds = (_grant, _refusal, _not_accepted, lambda c: acceptance(c, 5), lambda c: correction(c, 4))
    _measure("five kinds in turn", options.n, lambda: chance.choice(kinds)(chance))
    _measure("受理通知书, 300 rows", max(3, options.n // 40), lambda: acceptance(chance, 300))
    same = acceptance(chance, options.materials)
    _measure("受理通知书, the same again", options.n, lambda: same)


def _measure(name: str, count: int, make: Callable[[], NoticeFacts]) -> None:
    cpu, wall, sizes = [], [], []
    for index in range(count + _WARM_UP):
        facts = make()
        before, began = time.process_time(), time.perf_counter()
        pdf = render_notice(facts)
        if index >= _WARM_UP:
            cpu.append((time.process_time() - before) * 1000)
            wall.append((time.perf_counter() - began) * 1000)
            sizes.append(len(pdf) / 1000)
    p95 = sorted(cpu)[int(len(cpu) * 0.95)]
    wide = sum(1 for character in name if character > "\xff")
    print(f"{name:<{28 - wide}}{median(cpu):>9.1f}{p95:>8.1f}{median(wall):>9.1f}{median(sizes):>7.0f}", flush=True)


def acceptance(chance: random.Random, rows: int) -> AcceptanceNotice:
    """An acceptance with `rows` materials."""
    common = _common(chance, "受")
    return AcceptanceNotice(
        **common,
        accepted_on=common["issued_on"],
        statutory_days=20,
        promised_days=chance.choice((5, 7, 10)),
        due_on=common["issued_on"] + timedelta(days=14),
        has_fee=False,
        delivery_way=chance.choice(("政务服务大厅出件窗口领取", "邮政寄递", "24小时智能柜自取")),
        materials=tuple(_material(chance) for _ in range(rows)),
    )


def correction(chance: random.Random, rows: int) -> CorrectionNotice:
    """A correction notice of `rows` items."""
    common = _common(chance, "补")
    return CorrectionNotice(
        **common,
        corrections=tuple(
            Correction(
                material=chance.choice(_MATERIALS),
                problem=f"第{chance.randrange(1, 9)}处缺少{chance.choice(_MATERIALS)}的编号和签章",
                standard="按照服务指南的要求填写完整并加盖公章",
                how="持收件凭证在任一自助终端重新提交该材料的完整新版本",
                page=chance.randrange(1, 20),
                mark_number=index + 1,
            )
            for index in range(rows)
        ),
        hand_in_by=common["issued_on"] + timedelta(days=10),
        effect="逾期未补交的，本机关终止办理本次申请并退还材料。",
    )


def _grant(chance: random.Random, content: str = "") -> GrantDecision:
    common = _common(chance, "准")
    return GrantDecision(**common, accepted_on=common["received_on"], delivery_way="邮政寄递", content=content)


def _refusal(chance: random.Random) -> RefusalDecision:
    common = _common(chance, "否")
    reason = f"{chance.choice(_MATERIALS)}与{chance.choice(_MATERIALS)}不一致，不符合规划条件的要求。"
    return RefusalDecision(**common, accepted_on=common["received_on"], reason=reason)


def _not_accepted(chance: random.Random) -> NonAcceptanceNotice:
    return NonAcceptanceNotice(**_common(chance, "不"), ground="not_needed", reason="该活动依法不需要取得行政许可。")


def _common(chance: random.Random, kind: str) -> dict[str, Any]:
    received = date(2026, 1, 1) + timedelta(days=chance.randrange(300))
    code = "".join(chance.choices(_CODE_LETTERS, k=12))
    return {
        "number": f"京通政务{kind}〔2026〕{chance.randrange(10**6):06d}号",
        "authority": "北京市通州区政务服务管理局",
        "applicant": Applicant(
            kind="person",
            name=_name(chance),
            id_kind="居民身份证",
            id_number=f"110112{chance.randrange(10**11):011d}X",
            phone=f"138{chance.randrange(10**8):08d}",
        ),
        "item": ServiceItem(
            name=chance.choice(_ITEMS),
            code=f"{chance.randrange(10**12):012d}-{chance.randrange(100):02d}",
            business="新办",
        ),
        "case_number": f"110112-01501-{received:%Y%m%d}-{chance.randrange(10**5):05d}-7",
        "ticket_number": f"{chance.choice('ABCDEFG')}{chance.randrange(1000):03d}",
        "received_on": received,
        "issued_on": received + timedelta(days=chance.randrange(5)),
        "place": "北京城市副中心政务服务中心",
        "handler": _name(chance),
        "office_phone": "010-69540001",
        "complaint_phone": "010-12345",
        "query_way": "凭受理编号在任一自助终端查询",
        "legal_basis": f"《中华人民共和国城乡规划法》第{chance.choice('二三四五六七八九')}十条",
        "copies": 2,
        "is_test": True,
        "query_code": f"{code[:4]}-{code[4:8]}-{code[8:]}",
        "check_address": "https://hall.example/N",
    }


def _name(chance: random.Random) -> str:
    return chance.choice(_FAMILY) + "".join(chance.choices(_GIVEN, k=chance.choice((1, 2, 2))))


def _material(chance: random.Random) -> Material:
    return Material(
        name=chance.choice(_MATERIALS),
        form=chance.choice(("原件", "复印件", "电子件")),
        source=chance.choice(("高拍仪", "电子证照", "文件")),
        pages=chance.randrange(1, 40),
        sha256=hashlib.sha256(chance.randbytes(8)).hexdigest(),
        is_required=chance.random() < 0.8,
        deposit=chance.choice(("", "", "12号柜格")),
    )


def _fidelity() -> None:
    """Every character as it was given, in order, by both readers; exits with 1 when one is not."""
    rows = (bytes([row, cell]) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF))
    characters = "".join(pair.decode("gb2312", errors="ignore") for pair in rows) + _RARE
    chance = random.Random(7)  # noqa: S311 - the same facts in every run
    began, lost = time.perf_counter(), 0
    with tempfile.TemporaryDirectory(prefix="notices-") as name:
        path = Path(name) / "notice.pdf"
        for start in range(0, len(characters), 250):
            part = characters[start : start + 250]
            path.write_bytes(render_notice(_grant(chance, part)))
            for reader, text in _readings(path):
                if part not in re.sub(r"\s", "", text):
                    lost += 1
                    print(f"{reader}: not exact from U+{ord(part[0]):04X} to U+{ord(part[-1]):04X}")
    seconds = time.perf_counter() - began
    print(f"{len(characters)} characters read back by pdftotext and mutool, {lost} parts not exact; {seconds:.0f} s")
    raise SystemExit(1 if lost else 0)


def _readings(path: Path) -> Iterator[tuple[str, str]]:
    for command in (["pdftotext", "-raw", str(path), "-"], ["mutool", "draw", "-q", "-F", "txt", str(path)]):
        yield command[0], subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode("utf-8")


if __name__ == "__main__":
    main()
