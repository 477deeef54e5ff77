"""What the booth says to people: one Chinese sentence for each code of the session.

The hall's own codes have their sentences in ``signaling.protocol.errors``; some are said here in simpler words,
because a visitor reads them and not an administrator.
"""

from signaling.protocol.errors import SENTENCES, ErrorCode

_OURS: dict[str, str] = {
    "phone_invalid": "请输入正确的联系电话：11 位手机号，或座机号码",
    "card_number_invalid": "证件号码校验不通过，请重新刷证或到窗口咨询",
    "reader_missing": "读卡器没有连接，请按“求助”联系工作人员",
    "card_unreadable": "没有读到证件，请把证件平放在读卡区再试一次",
    "camera_missing": "没有找到高拍仪，请改用 U 盘交材料或按“求助”",
    "camera_lost": "高拍仪没有画面，请检查连接后再拍一次",
    "shot_blurred": "画面太模糊，看不清文字。请把纸压平、不要移动，再拍一次",
    "shot_soft": "画面略有模糊，如文字看不清请重拍",
    "shot_whole": "没有认出纸张边缘，保留了整张画面，请确认内容完整",
    "file_unreadable": "文件打不开，可能已损坏，请换一份",
    "file_encrypted": "文件设有密码，请去掉密码后再交",
    "file_empty": "文件是空的，里面没有任何页面",
    "file_too_large": "文件太大，请降低分辨率后再交",
    "file_unsupported": "不支持这种文件，请交 PDF、JPG、PNG 或 TIFF",
    "file_timed_out": "文件太复杂，没有在限定时间内打开",
    "file_crashed": "文件无法显示，请换一份",
    "file_misnamed": "文件名与内容不符（扩展名不对），请核对后重新交",
    "same_as_before": "与原来的文件完全相同，请交修改后的版本",
    "disk_full": "本机存储空间不足，请按“求助”联系工作人员",
    "network": "网络中断，没有传完。恢复后请点“再试一次”",
    "internal": "本机处理出错，请再试一次；仍不行请按“求助”",
    "code_unreadable": "没有读到二维码，请把凭条平放在高拍仪下再试，或直接输入凭证码",
    "code_other": "这不是本系统的凭条二维码，请核对后再试，或直接输入凭证码",
    "cabinet_missing": "本机没有材料柜，请把原件交到人工窗口",
    "cabinet_stuck": "柜门没有打开，请点“再开一次”；仍不行请按“求助”",
    "slip_failed": "凭条没有做成，请记下屏幕上的凭证码",
    "printer_missing": "没有找到打印机，请按“求助”联系工作人员",
    "printer_failed": "打印没有成功，请检查纸张后再试一次",
    "printer_folder": "无法保存打印文件，请按“求助”联系工作人员",
    ErrorCode.MATERIAL_TOO_LARGE: "文件太大，请压缩或拆分后再交",
    ErrorCode.ILLEGAL_STEP: "现在不能进行这一步，请稍候或按“求助”",
    ErrorCode.NOT_FOUND: "没有找到。输入了号码的请核对；仍不行请按“求助”",
}


def sentence(code: str) -> str:
    """The sentence of a code; an unknown one is shown with its code, so that it can be reported."""
    if code in _OURS:
        return _OURS[code]
    known = next((text for known, text in SENTENCES.items() if known == code), None)
    return known or f"出现问题（{code}），请按“求助”联系工作人员"


def size_text(size: int) -> str:
    """Bytes as people read them."""
    if size < 1 << 20:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / (1 << 20):.1f} MB"
