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
