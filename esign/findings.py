"""Every finding of the PDF checks: its code, how much it weighs, and its sentence in Chinese and in English.

The sentences tell a citizen what was checked or what is wrong, not which library said so. Findings about OFD files and
printed copies stand with their checks.
"""

from esign.report import Finding, Severity

__all__ = ["FINDINGS", "found"]

FINDINGS: dict[str, tuple[Severity, str, str]] = {
    # what a valid file has passed
    "content_unchanged": (
        "ok",
        "文件内容自盖章后没有改动",
        "the content has not been changed since it was sealed",
    ),
    "seal_genuine": (
        "ok",
        "电子印章签名真实，由证书所载的印章签出",
        "the seal's signature is genuine: made with the key of its certificate",
    ),
    "issuer_trusted": (
        "ok",
        "印章证书由受信任的机构签发，盖章时在有效期内",
        "the seal's certificate comes from a trusted issuer and was in force when sealed",
    ),
    "not_revoked": (
        "ok",
        "盖章时印章证书没有被吊销（依据文件内保存的吊销列表）",
        "the seal's certificate was not revoked when sealed (by the revocation lists kept in the file)",
    ),
    "timestamp_trusted": (
        "ok",
        "盖章时间由受信任的时间戳证明",
        "the time of sealing is attested by a trusted timestamp",
    ),
    "archive_trusted": (
        "ok",
        "归档时间戳覆盖整个文件，签发机构受信任",
        "the archive timestamp covers the whole file and comes from a trusted authority",
    ),
    "issued_original": (
        "ok",
        "与签发台账所记的原件逐字节一致",
        "byte for byte the original recorded in the ledger of issued notices",
    ),
    "issued_original_renewed": (
        "ok",
        "包含签发台账所记的原件，其后只增加了归档时间戳",
        "holds the original recorded in the ledger, followed only by newer archive timestamps",
    ),
    # notes
    "ledger_not_asked": (
        "note",
        "没有与签发台账对照",
        "not compared with the ledger of issued notices",
    ),
    "test_authority": (
        "note",
        "印章由测试机构签发，仅供演示，没有法律效力",
        "sealed by a test authority: for demonstration, without legal effect",
    ),
    "times_apart": (
        "note",
        "声明的盖章时间与时间戳不一致，以时间戳为准",
        "the claimed time differs from the timestamp; the timestamp counts",
    ),
    "revocation_undeclared": (
        "note",
        "印章证书没有写明吊销列表，签发机构无法吊销它",
        "the seal's certificate names no revocation list: its issuer has no way to revoke it",
    ),
    "revoked_later": (
        "note",
        "印章证书在盖章之后被吊销；此前盖的章仍然有效",
        "the seal's certificate was revoked after sealing; what it sealed before stays valid",
    ),
    "certificate_ended": (
        "note",
        "印章证书现已过期；时间戳证明盖章时它在有效期内",
        "the seal's certificate has expired since; the timestamps prove it was in force when sealed",
    ),
    # what cannot be judged
    "empty_file": ("unknown", "文件是空的", "the file is empty"),
    "too_large": (
        "unknown",
        "文件超过{limit} MB，不像是一份通知书",
        "the file is larger than {limit} MB, unlike any notice",
    ),
    "not_a_pdf": ("unknown", "文件不是PDF", "the file is not a PDF"),
    "unknown_format": (
        "unknown",
        "不认识的文件格式：只能核验PDF和OFD",
        "unknown kind of file: only PDF and OFD can be verified",
    ),
    "unreadable": (
        "unknown",
        "文件已损坏或结构异常，无法读取（{reason}）",
        "the file is damaged or oddly built and cannot be read ({reason})",
    ),
    "took_too_long": (
        "unknown",
        "核验超出了时间或内存限制，已停止",
        "the check was stopped: it took more time or memory than allowed",
    ),
    "encrypted": ("unknown", "文件已加密，无法检查", "the file is encrypted and cannot be checked"),
    "hybrid_xref": (
        "unknown",
        "文件采用新旧混合的索引结构，不同软件可能显示不同内容",
        "the file has a hybrid cross-reference: programs may show different content",
    ),
    "lenient_only": (
        "unknown",
        "文件结构不合规范，不同软件可能读出不同内容",
        "the file breaks the rules of its format: programs may read different content",
    ),
    "too_complex": (
        "unknown",
        "文件结构过于庞大，没有逐项检查",
        "the file has too many parts to check each of them",
    ),
    "no_signature": (
        "unknown",
        "文件上没有电子签名：无法由文件本身证明真伪",
        "no electronic signature: the file itself proves nothing, for or against",
    ),
    "issuer_not_judged": (
        "unknown",
        "没有给出受信任的根证书，无法判断印章由谁签发",
        "no trusted root was given: who issued the seal cannot be judged",
    ),
    "timestamp_not_judged": (
        "unknown",
        "没有给出受信任的根证书，无法判断时间戳由谁签发",
        "no trusted root was given: who issued the timestamp cannot be judged",
    ),
    "seal_not_judged": (
        "unknown",
        "内容已被改动，印章签名和签发机构不再判断",
        "the content was changed: signature and issuer are not judged any further",
    ),
    "timestamp_pending": (
        "unknown",
        "盖章时时间戳服务不可用，时间戳待补：盖章时间尚无证明",
        "timestamp pending: the time authority was away, nothing proves the time of sealing yet",
    ),
    "archive_missing": (
        "unknown",
        "没有归档时间戳和吊销数据（可能被截去，或由旧版本签发），不能确认盖章时印章有效",
        "no archive timestamp and revocation data (cut off, or issued by an old version): "
        "whether the seal was good when used cannot be confirmed",
    ),
    "revocation_missing": (
        "unknown",
        "文件内缺少当时有效的吊销数据，不能确认证书没有被吊销",
        "the file lacks revocation data good at that time: revocation cannot be ruled out",
    ),
    "archive_expired": (
        "unknown",
        "最后的归档时间戳已经过期，没有及时续期，不能再证明",
        "the last archive timestamp has expired without renewal and proves nothing any more",
    ),
    "time_in_future": (
        "unknown",
        "时间戳晚于本机时间：请检查本机时钟",
        "the timestamp lies after this machine's time: check its clock",
    ),
    "signer_unknown": (
        "unknown",
        "签名“{field}”的证书不是由本机信任的机构签发的，无法确认签名人",
        "signature “{field}”: its certificate comes from no issuer trusted here, so the signer is not confirmed",
    ),
    "signer_revocation_unknown": (
        "unknown",
        "签名“{field}”：文件内没有当时有效的吊销数据，不能确认证书没有被吊销",
        "signature “{field}”: no revocation data of that time in the file, so revocation cannot be ruled out",
    ),
    "timestamp_only": (
        "unknown",
        "文件只有时间戳，没有任何人的签名：只能证明它当时存在",
        "the file carries only timestamps and nobody's signature: they merely prove that it existed then",
    ),
    "signer_out_of_date": (
        "unknown",
        "签名“{field}”的证书已过期，且没有可信时间戳证明签名时有效",
        "signature “{field}”: its certificate has expired and no trusted timestamp shows it was good when signed",
    ),
    "signature_untidy": (
        "unknown",
        "签名“{field}”的数据区里有不属于签名的内容",
        "signature “{field}”: the room kept for it holds something that does not belong to it",
    ),
    "changed_since": (
        "unknown",
        "签名“{field}”之后文件被追加了内容（填表、批注或又一个签名），没有被它覆盖",
        "after signature “{field}” something was added (form data, a note, another signature) that it does not cover",
    ),
    "uncovered_end": (
        "unknown",
        "最后的签名没有覆盖整个文件：其后追加的数据（可能只是长期验证数据）没有签名保护",
        "the last signature does not cover the whole file: what was added behind it (perhaps validation data only) "
        "is not protected by any signature",
    ),
    "runs_code": (
        "unknown",
        "文件含有脚本或自动动作（{what}），显示的内容可能变化",
        "the file holds scripts or automatic actions ({what}): what it shows may change",
    ),
    # what proves a file not genuine
    "no_seal": (
        "error",
        "文件上没有电子印章签名，不能证明其真实性",
        "the file carries no electronic seal",
    ),
    "content_changed": (
        "error",
        "文件内容在盖章之后被改动过",
        "the content was changed after it was sealed",
    ),
    "seal_forged": (
        "error",
        "电子印章签名无效，不是由证书所载的印章签出的",
        "the seal's signature is not valid: not made with the key of its certificate",
    ),
    "issuer_unknown": (
        "error",
        "印章证书不是由受信任的机构签发的，或不能用于盖章",
        "the seal's certificate comes from no trusted issuer or is not meant for sealing",
    ),
    "certificate_out_of_date": (
        "error",
        "盖章时印章证书不在有效期内",
        "the seal's certificate was not in force when sealed",
    ),
    "certificate_revoked": (
        "error",
        "盖章之前印章证书已被吊销",
        "the seal's certificate had been revoked before it was used",
    ),
    "timestamp_invalid": ("error", "时间戳无效", "a timestamp is not valid"),
    "timestamp_issuer_unknown": (
        "error",
        "时间戳不是由受信任的机构签发的，或其证书当时已失效",
        "a timestamp comes from no trusted authority, or its certificate was no longer good",
    ),
    "times_disordered": (
        "error",
        "各时间戳的先后顺序不可能成立",
        "the timestamps stand in an impossible order",
    ),
    "not_our_template": (
        "error",
        "文件不是由本系统的文书模板生成的",
        "the file was not made from one of our templates",
    ),
    "wrong_title": (
        "error",
        "文书的名称或编号与其模板不一致",
        "the notice's title or number does not fit its template",
    ),
    "other_authority": (
        "error",
        "印章所属单位与文书的发文机关不一致",
        "the seal belongs to another authority than the one that issues the notice",
    ),
    "unmarked_test": (
        "error",
        "测试印章盖在了没有“测试”标记的文书上",
        "a test seal stands on a notice without the test mark",
    ),
    "several_signatures": (
        "error",
        "文件中的签名不止一个，而真实文书只有一个电子印章签名",
        "more than one signature: a genuine notice has exactly one seal",
    ),
    "wrong_signature_kind": (
        "error",
        "签名不是本系统使用的电子印章签名格式（PAdES）",
        "the signature is not of the kind used here (PAdES)",
    ),
    "not_certified": (
        "error",
        "签名没有禁止后续修改（缺少DocMDP P=1认证）",
        "the signature does not forbid later changes (no DocMDP P=1)",
    ),
    "odd_structure": (
        "error",
        "文件的内部结构不是真实文书的样子（{reason}）",
        "the file is not built like a genuine notice ({reason})",
    ),
    "later_revisions": (
        "error",
        "盖章之后文件又被改写或追加了内容（{reason}）",
        "something was rewritten or added after sealing ({reason})",
    ),
    "not_fully_covered": (
        "error",
        "电子印章或归档时间戳没有覆盖整个文件：文件可能被追加、截断或改写",
        "seal or archive timestamp do not cover the whole file: it was extended, cut or rewritten",
    ),
    "signature_malformed": (
        "error",
        "签名或时间戳的数据不是规范的形式",
        "the data of a signature or timestamp is not in proper form",
    ),
    "active_content": (
        "error",
        "文件中含有真实文书不会有的活动内容（{what}）",
        "the file holds active content that no genuine notice has ({what})",
    ),
    "not_issued": (
        "error",
        "与签发台账所记的原件不一致：不是签发的那一份文件",
        "not byte-identical to the issued original: the ledger does not know this file",
    ),
    "signature_broken": (
        "error",
        "签名“{field}”与文件内容不符或签名值无效：签名后被改动过",
        "signature “{field}” does not fit the content or is not valid: changed after signing",
    ),
    "signature_covers_part": (
        "error",
        "签名“{field}”没有完整覆盖它所属的版本",
        "signature “{field}” does not cover its whole revision",
    ),
    "forbidden_change": (
        "error",
        "签名“{field}”之后文件被作了不允许的改动",
        "the file was changed after signature “{field}” in a way that is not allowed",
    ),
    "bytes_after_end": (
        "error",
        "文件末尾之后被追加了没有签名覆盖的数据",
        "data was appended after the end that no signature covers",
    ),
    "signer_revoked": (
        "error",
        "签名“{field}”的证书在签名之前已被吊销",
        "signature “{field}”: its certificate had been revoked before signing",
    ),
    "signature_valid": (
        "ok",
        "签名“{field}”真实，签名后内容没有改动，签名人证书受信任",
        "signature “{field}” is genuine, the content unchanged since, the signer's certificate trusted",
    ),
}
"""Severity, Chinese sentence, English sentence by code; `{...}` is filled in by `found`."""


def found(code: str, severity: Severity | None = None, /, **values: object) -> Finding:
    """The finding of this code, with the table's severity unless another is given; KeyError for an unknown code."""
    weight, sentence, english = FINDINGS[code]
    return Finding(code, severity or weight, sentence.format(**values), english.format(**values))
