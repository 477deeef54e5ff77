"""Every finding of the OFD check: its code, how much it weighs, and its sentence in Chinese and in English."""

from esign.report import Finding, Severity

__all__ = ["FINDINGS", "ofd_found"]

FINDINGS: dict[str, tuple[Severity, str, str]] = {
    # what a valid file has passed
    "ofd_parts_unchanged": (
        "ok",
        "文件各部分自盖章后没有改动，且全部受印章保护",
        "no part of the file was changed since it was sealed, and the seal protects every part",
    ),
    "ofd_seal_made": (
        "ok",
        "电子印章由受信任的制章者制作，盖章时在有效期内",
        "the electronic seal was made by a trusted seal maker and was in force when used",
    ),
    "ofd_signer_admitted": (
        "ok",
        "签章证书在电子印章登记的名单内，由受信任的机构签发",
        "the signer's certificate is on the seal's list and comes from a trusted issuer",
    ),
    "ofd_signature_genuine": (
        "ok",
        "电子签章真实（SM2/SM3），由签章证书的密钥签出",
        "the signature is genuine (SM2 with SM3): made with the key of the signer's certificate",
    ),
    "ofd_timestamp_trusted": (
        "ok",
        "盖章时间由受信任的时间戳证明",
        "the time of sealing is attested by a trusted timestamp",
    ),
    # notes
    "ofd_test_authority": (
        "note",
        "印章由测试机构签发，仅供演示，没有法律效力",
        "the seal comes from a test authority: for demonstration only, without legal effect",
    ),
    "ofd_time_claimed": (
        "note",
        "盖章时间是签章者自己声明的，没有时间戳证明",
        "the time of sealing is the signer's own claim: no timestamp attests it",
    ),
    "ofd_revocation_not_checked": (
        "note",
        "没有检查证书和印章是否已被撤销：文件内不含撤销信息",
        "whether certificates or seal were revoked was not checked: the file says nothing about it",
    ),
    # what makes a file invalid
    "ofd_no_seal": (
        "error",
        "文件没有电子签章，不能证明其真实性",
        "the file carries no electronic seal: nothing proves that it is genuine",
    ),
    "ofd_document_unsealed": (
        "error",
        "文件含有多个文档，其中有的没有电子签章",
        "the file holds several documents and not all of them are sealed",
    ),
    "ofd_unsafe": (
        "error",
        "文件包的结构会误导阅读软件（重名、越出文件包的路径、隐藏的数据或外部实体），不予信任",
        "the container is built to mislead readers (names twice, paths leading out, hidden bytes or entities)",
    ),
    "ofd_part_changed": (
        "error",
        "文件内容在盖章之后被改动过",
        "a part of the file was changed after it was sealed",
    ),
    "ofd_part_missing": (
        "error",
        "盖章时文件里有的部分现在缺失",
        "a part that the file had when it was sealed is missing",
    ),
    "ofd_part_not_covered": (
        "error",
        "文件里有不受印章保护的内容，可能是盖章之后加入的",
        "the file holds content that the seal does not protect: it may have been added later",
    ),
    "ofd_description_changed": (
        "error",
        "签章的描述（盖章位置、受保护的内容）被改动过",
        "the description of the signature (place of the stamp, what is protected) was changed",
    ),
    "ofd_signature_forged": (
        "error",
        "电子签章无效，不是由签章证书的密钥签出的",
        "the signature is not valid: it was not made with the key of the signer's certificate",
    ),
    "ofd_seal_forged": (
        "error",
        "电子印章无效，不是由所称的制章者制作的，或制作后被改动过",
        "the electronic seal is not valid: not made by the maker it names, or changed since",
    ),
    "ofd_seal_swapped": (
        "error",
        "文件里的电子印章与签章所用的印章不一致",
        "the electronic seal in the file is not the one that the signature was made with",
    ),
    "ofd_seal_out_of_date": (
        "error",
        "盖章时电子印章不在有效期内",
        "the electronic seal was not in force when it was used",
    ),
    "ofd_signer_not_admitted": (
        "error",
        "签章证书不在电子印章登记的名单内，无权使用该印章",
        "the signer's certificate is not on the seal's list and may not use the seal",
    ),
    "ofd_certificate_out_of_date": (
        "error",
        "盖章时签章证书不在有效期内",
        "the signer's certificate was not in force when the file was sealed",
    ),
    "ofd_certificate_not_for_signing": (
        "error",
        "签章证书的用途不允许签章，或其签发者无权签发证书",
        "the signer's certificate may not sign documents, or its issuer may not issue certificates",
    ),
    "ofd_maker_out_of_date": (
        "error",
        "制作印章时制章者证书不在有效期内",
        "the seal maker's certificate was not in force when the seal was made",
    ),
    "ofd_maker_not_for_signing": (
        "error",
        "制章者证书的用途不允许制作印章，或其签发者无权签发证书",
        "the seal maker's certificate may not sign, or its issuer may not issue certificates",
    ),
    "ofd_time_in_future": (
        "error",
        "声明的盖章时间晚于现在",
        "the claimed time of sealing lies in the future",
    ),
    "ofd_timestamp_invalid": (
        "error",
        "签章的时间戳无效，或不是为这个签章签发的",
        "the timestamp is not valid or was not made for this signature",
    ),
    # what cannot be judged
    "ofd_empty": ("unknown", "文件是空的", "the file is empty"),
    "not_an_ofd": ("unknown", "文件不是OFD", "the file is not an OFD"),
    "ofd_too_large": (
        "unknown",
        "文件过大或内容过多，不予检查",
        "the file is too large or holds too much to be checked",
    ),
    "ofd_unreadable": (
        "unknown",
        "文件已损坏、已加密或结构异常，无法读取",
        "the file is damaged, encrypted or of an odd structure and cannot be read",
    ),
    "ofd_sm_unavailable": (
        "unknown",
        "本机没有国密算法（SM2/SM3），无法检查",
        "this machine has no national cryptography (SM2, SM3) to check with",
    ),
    "ofd_too_many_signatures": (
        "unknown",
        "文件中的签章过多，不予检查",
        "the file holds too many signatures to be checked",
    ),
    "ofd_plain_signature": (
        "unknown",
        "文件含有不带印章的数字签名，本系统不检查这种签名",
        "the file holds a digital signature without a seal, a kind that is not checked here",
    ),
    "ofd_signature_unreadable": (
        "unknown",
        "签章数据不符合GB/T 38540—2020或GM/T 0031—2014的结构，无法读取",
        "the signature has neither the structure of GB/T 38540-2020 nor that of GM/T 0031-2014",
    ),
    "ofd_not_der": (
        "unknown",
        "签章数据不是规范的DER编码，不予判断",
        "the signature is not encoded in strict DER",
    ),
    "ofd_unknown_extension": (
        "unknown",
        "签章含有本系统不认识的关键扩展",
        "the signature or seal holds a critical extension that is not known here",
    ),
    "ofd_algorithm_unknown": (
        "unknown",
        "签章或制章没有使用SM2/SM3算法，不予判断",
        "signature or seal do not use SM2 with SM3",
    ),
    "ofd_weak_digest": (
        "unknown",
        "文件各部分的摘要没有使用SM3算法，不能证明内容没有改动",
        "the parts' digests are not SM3: they do not prove that nothing was changed",
    ),
    "ofd_issuer_not_judged": (
        "unknown",
        "没有给出受信任的国密根证书，无法判断印章由谁签发",
        "no trusted SM2 root certificate was given: who issued the seal cannot be judged",
    ),
    "ofd_issuer_unknown": (
        "unknown",
        "签章证书不是由受信任的机构签发的",
        "the signer's certificate does not come from an issuer trusted here",
    ),
    "ofd_maker_unknown": (
        "unknown",
        "制章者证书不是由受信任的机构签发的",
        "the seal maker's certificate does not come from an issuer trusted here",
    ),
    "ofd_time_unreadable": (
        "unknown",
        "读不出盖章时间，无法判断当时证书是否有效",
        "the time of sealing cannot be read, nor whether the certificates were in force then",
    ),
    "ofd_time_not_proven": (
        "unknown",
        "证书或印章现已过期，又没有时间戳证明盖章在此之前",
        "certificate or seal have expired and no timestamp proves that the file was sealed before",
    ),
    "ofd_timestamp_not_judged": (
        "unknown",
        "无法判断签章的时间戳由谁签发",
        "who issued the signature's timestamp cannot be judged",
    ),
    "ofd_old_structure": (
        "unknown",
        "签章是旧版结构（GM/T 0031—2014）：各项已检查，但没有可据以核对的官方样本，不作有效判断",
        "the signature has the old structure of GM/T 0031-2014, read here without an official sample to compare with",
    ),
}


def ofd_found(code: str) -> Finding:
    """The finding of this code; KeyError for an unknown one."""
    severity, sentence, english = FINDINGS[code]
    return Finding(code, severity, sentence, english)
