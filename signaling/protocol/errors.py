"""Error codes of the conversation and the exception tree of this package.

On the wire an error is a stable code plus a sentence for people (docs/protocol.md
lists them). Inside the programs:

    ProtocolError              the conversation was not kept
    ├── MalformedMessage       the other side sent something that is not a message
    └── Refused(code)          the other side, or the hall, refused a well-formed act
"""

from enum import StrEnum


class ErrorCode(StrEnum):
    """Why something was refused. The value is what travels; it never changes its meaning."""

    MALFORMED_MESSAGE = "malformed_message"
    UNKNOWN_MESSAGE = "unknown_message"
    MESSAGE_TOO_LARGE = "message_too_large"
    UNSUPPORTED_VERSION = "unsupported_version"
    NOT_AUTHENTICATED = "not_authenticated"
    WRONG_DEVICE_KEY = "wrong_device_key"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a code, not a secret
    TOO_MANY_ATTEMPTS = "too_many_attempts"
    TAKEN_OVER = "taken_over"
    TOO_SLOW = "too_slow"
    NOT_ALLOWED = "not_allowed"
    NOT_FOUND = "not_found"
    ILLEGAL_STEP = "illegal_step"
    CALL_TAKEN = "call_taken"
    CALL_GONE = "call_gone"
    STALE_GENERATION = "stale_generation"
    REQUEST_REUSED = "request_reused"
    MATERIAL_MISSING = "material_missing"
    MATERIAL_TOO_LARGE = "material_too_large"
    MATERIAL_DAMAGED = "material_damaged"
    MATERIAL_UNSUPPORTED = "material_unsupported"
    INVALID_APPLICANT = "invalid_applicant"
    INVALID_CORRECTIONS = "invalid_corrections"
    CORRECTION_INCOMPLETE = "correction_incomplete"
    STORAGE_FULL = "storage_full"
    STORAGE_UNAVAILABLE = "storage_unavailable"
    SEALING_FAILED = "sealing_failed"
    SERVER_STOPPING = "server_stopping"
    WRONG_ROLE = "wrong_role"
    CASE_TAKEN = "case_taken"
    ITEM_CLOSED = "item_closed"
    NOT_LOOKED_AT = "not_looked_at"
    ALREADY_VISIBLE = "already_visible"
    WRONG_PARTICULARS = "wrong_particulars"
    SAME_PERSON = "same_person"
    CLOCK_OVER = "clock_over"
    PLACE_EXPIRED = "place_expired"
    SLOT_TAKEN = "slot_taken"
    CODE_USED = "code_used"
    NO_CELL_FREE = "no_cell_free"
    COUNT_DIFFERS = "count_differs"
    ALREADY_DISPATCHED = "already_dispatched"
    ALREADY_EVALUATED = "already_evaluated"
    BOOTH_ONLY = "booth_only"
    INVALID_ENTRY = "invalid_entry"
    PREVIEW_REQUIRED = "preview_required"
    PREVIEW_STALE = "preview_stale"
    DRAFT_FAILED = "draft_failed"
    BAD_NOTICE = "bad_notice"
    MISSING_GLYPH = "missing_glyph"
    TIMESTAMP_PENDING = "timestamp_pending"
    REVOCATION_PENDING = "revocation_pending"
    SEAL_REFUSED = "seal_refused"
    PREVIEW_DIFFERS = "preview_differs"
    JOURNAL_BROKEN = "journal_broken"
    SIGNER_AWAY = "signer_away"


SENTENCES: dict[ErrorCode, str] = {
    ErrorCode.MALFORMED_MESSAGE: "收到无法识别的内容，已忽略",
    ErrorCode.UNKNOWN_MESSAGE: "对方使用了本系统不认识的消息，请升级程序",
    ErrorCode.MESSAGE_TOO_LARGE: "消息过大，已拒绝",
    ErrorCode.UNSUPPORTED_VERSION: "程序版本与大厅服务器不一致，请升级",
    ErrorCode.NOT_AUTHENTICATED: "尚未通过身份验证",
    ErrorCode.WRONG_DEVICE_KEY: "本终端的设备密钥未登记或不匹配，请联系大厅管理员",
    ErrorCode.WRONG_PASSWORD: "用户名或密码错误",
    ErrorCode.TOO_MANY_ATTEMPTS: "尝试次数过多，请稍后再试",
    ErrorCode.TAKEN_OVER: "同一身份已在别处连接，本连接已断开",
    ErrorCode.TOO_SLOW: "网络过慢，连接已断开，正在重连",
    ErrorCode.NOT_ALLOWED: "没有进行此操作的权限",
    ErrorCode.NOT_FOUND: "没有找到所要的内容",
    ErrorCode.ILLEGAL_STEP: "办件当前状态不允许此操作",
    ErrorCode.CALL_TAKEN: "此来电已有人接听",
    ErrorCode.CALL_GONE: "此来电已结束",
    ErrorCode.STALE_GENERATION: "视频连接已更新，旧的协商消息已忽略",
    ErrorCode.REQUEST_REUSED: "同一请求编号用于不同内容，已拒绝",
    ErrorCode.MATERIAL_MISSING: "材料尚未上传完整，请重新上传",
    ErrorCode.MATERIAL_TOO_LARGE: "材料文件过大",
    ErrorCode.MATERIAL_DAMAGED: "材料在传输中损坏，请重新上传",
    ErrorCode.MATERIAL_UNSUPPORTED: "不支持此文件格式，请交 PDF、PNG、JPEG 或 TIFF",
    ErrorCode.INVALID_APPLICANT: "申请人信息有误，请核对姓名、证件号码和联系电话",
    ErrorCode.INVALID_CORRECTIONS: "补正内容有误：至少一项，且须指明材料和要求",
    ErrorCode.CORRECTION_INCOMPLETE: "补正材料不齐：每一项补正都要交新版本",
    ErrorCode.STORAGE_FULL: "服务器存储空间不足，本次操作未保存，请稍后重试",
    ErrorCode.STORAGE_UNAVAILABLE: "服务器暂时无法保存，本次操作未生效，请稍后重试",
    ErrorCode.SEALING_FAILED: "通知书盖章失败，办件保持原状，将自动重试",
    ErrorCode.SERVER_STOPPING: "服务器正在停止，稍后将自动重连",
    ErrorCode.WRONG_ROLE: "您的岗位无权进行此操作",
    ErrorCode.CASE_TAKEN: "此办件正由其他人员办理",
    ErrorCode.ITEM_CLOSED: "此事项已暂停受理，请咨询工作人员",
    ErrorCode.NOT_LOOKED_AT: "还有必要材料未查看，不能作出决定",
    ErrorCode.ALREADY_VISIBLE: "所提问题在首次材料中已可看到；再次要求补正须由主管说明理由",
    ErrorCode.WRONG_PARTICULARS: "决定内容不完整或不适用，请核对必填项",
    ErrorCode.SAME_PERSON: "受理人不得同时作出审批决定，请由其他人员决定",
    ErrorCode.CLOCK_OVER: "法定期限已过，不能再进行此操作",
    ErrorCode.PLACE_EXPIRED: "保留时间已过，请重新取号或预约",
    ErrorCode.SLOT_TAKEN: "该预约时段已约满，请另选时段",
    ErrorCode.CODE_USED: "此开柜码无效或已使用",
    ErrorCode.NO_CELL_FREE: "材料柜已满，请稍后再存或交到窗口",
    ErrorCode.COUNT_DIFFERS: "清点页数与交存页数不符，已登记差异",
    ErrorCode.ALREADY_DISPATCHED: "结果已发出，不能再更改领取方式",
    ErrorCode.ALREADY_EVALUATED: "本办件已评价",
    ErrorCode.BOOTH_ONLY: "此事项涉及隐私，请到小屋终端办理",
    ErrorCode.INVALID_ENTRY: "填写内容有误，未保存，请核对后重试",
    ErrorCode.PREVIEW_REQUIRED: "作出决定前须先预览通知书 (preview the notice before deciding)",
    ErrorCode.PREVIEW_STALE: "预览之后办件有变化，请重新预览 (the case changed since the preview: preview again)",
    ErrorCode.DRAFT_FAILED: "通知书未能生成，请稍后再预览 (the notice could not be written: preview again later)",
    ErrorCode.BAD_NOTICE: "通知书中有内容不符合要求，请更正后再预览 (something may not stand on the notice)",
    ErrorCode.MISSING_GLYPH: "通知书中有字库缺少的字，不能出具 (a character that no font here can print)",
    ErrorCode.TIMESTAMP_PENDING: "通知书已盖章，时间戳服务暂时不可用，取得后即送达 (sealed; waiting for the timestamp)",
    ErrorCode.REVOCATION_PENDING: (
        "通知书已盖章，证书状态暂时查不到，查到后即送达 (sealed; waiting for the certificate's status)"
    ),
    ErrorCode.SEAL_REFUSED: "印章未获授权或已停用，通知书未盖章，请联系印章管理员 (this seal may not be used now)",
    ErrorCode.PREVIEW_DIFFERS: (
        "待盖章的内容与预览不一致，已拒绝盖章，请联系管理员 (what was to be sealed is not what was previewed)"
    ),
    ErrorCode.JOURNAL_BROKEN: (
        "办件记录与签章系统所存不符，已拒绝盖章，请立即联系管理员 (the records were changed: nothing is sealed)"
    ),
    ErrorCode.SIGNER_AWAY: "签章服务暂时不可用，将自动重试 (the signing service is away; trying again)",
}
"""The Chinese sentence of each code; the code itself is for programs."""


class ProtocolError(Exception):
    """The conversation was not kept."""


class MalformedMessage(ProtocolError):
    """The other side sent bytes that are not a message of this protocol.

    ``code`` tells the three cases apart: malformed, unknown, too large.
    """

    def __init__(self, code: ErrorCode, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


class Refused(ProtocolError):
    """A well-formed act was refused; ``code`` says why."""

    def __init__(self, code: ErrorCode, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else str(code))
        self.code = code
