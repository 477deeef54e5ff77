// The public check: asks by code or file and shows what came back. Names arrive masked; text always goes in as text.

import {h} from "/pages/elements.js";
import {NOTICE, say} from "/pages/words.js";

const answer = document.getElementById("answer");

const STATES = {
  issued: ["good", "✓", "真实有效", "由本机关出具，现行有效。", "Genuine: issued by this authority and in force."],
  voided: ["bad", "✗", "已作废", "本机关已将这份文书作废，请勿采信。", "Void: this notice was withdrawn by the authority."],
  replaced: ["bad", "✗", "已被替代", "已另行出具新的文书，请以新文书为准。", "Replaced: another notice stands for this one."],
  sealing: ["wait", "…", "正在出具", "正在盖章，请稍后再查。", "Being issued: try again in a moment."],
  unknown: ["bad", "?", "查无此文书", "本机关没有出具过这样的文书，请核对查询码是否输错。", "Unknown: no such notice here. Check the code for slips."],
  forged: ["bad", "✗", "核验码不真实", "纸上的二维码不是本机关生成的，请勿采信。", "Forged: the code on this paper was not made by this authority."],
};
const VERDICTS = {
  valid: ["good", "✓", "真实有效", "印章真实，盖章后没有改动。", "Valid: sealed, and unchanged since."],
  invalid: ["bad", "✗", "不是有效的文书", "请勿采信这个文件，原因见下。", "Invalid: do not rely on this file."],
  cannot_judge: ["wait", "?", "无法判断", "不能证明真，也不能证明假，原因见下。", "Cannot judge: neither proven nor disproven."],
};
const ALIEN = ["bad", "✗", "不是出具的原件", "印章虽真，但与本机关出具的原件不一致，请勿采信。", "Not the original: this authority issued no such file."];
const REFUSALS = {
  too_many_attempts: ["查询过于频繁，请稍后再试。", "Too many tries: wait a little."],
  material_too_large: ["文件过大，不像是一份文书。", "The file is too large."],
};
const ORDER = ["error", "unknown", "ok", "note"];
const SIGNS = {ok: "✓", error: "✗", unknown: "?", note: "·"};
const SEALS = {active: "现仍有效", suspended: "现已停用", revoked: "现已吊销"};
const SUCCESSORS = {voided: "作废文书", replaced: "现行文书"};

const CLAIM = "以下是文件自称的内容，未经证实。What the file says of itself, unproven.";
const TEST = "印章由测试机构签发，仅供演示，没有法律效力。Test seal: no legal effect.";

const OFFICIAL_MS = 8 * 3_600_000;
/** A moment as official time (UTC+8) whatever the reader's own zone is. */
const when = (iso) => (iso ? new Date(Date.parse(iso) + OFFICIAL_MS).toISOString().slice(0, 16).replace("T", " ") : "");

function headline([tone, sign, title, chinese, english]) {
  return h("div", {class: `verdict ${tone}`}, h("b", {"aria-hidden": "true"}, sign),
    h("div", {}, h("h2", {}, title), h("p", {}, chinese), h("p", {class: "english"}, english)));
}

function facts(rows) {
  const known = rows.filter(([, value]) => value);
  return h("dl", {}, ...known.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

function show(...parts) {
  answer.replaceChildren(...parts.filter(Boolean));
  answer.hidden = false;
  answer.scrollIntoView({block: "start"});
}

function showNotice(found) {
  const seal = found.seal && `${found.seal}（盖章时有效，${SEALS[found.seal_status] ?? "现状未知"}）`;
  show(headline(STATES[found.state]), facts([
    ["文书", found.kind && say(NOTICE, found.kind)], ["编号", found.number], [SUCCESSORS[found.state] ?? "相关文书", found.successor], ["出具机关", found.authority], ["申请人", found.applicant],
    ["事项", found.item], ["办件编号", found.case_number], ["出具日期", found.issued_on], ["办结期限", found.due_on],
    ["盖章时间", when(found.sealed_at)], ["印章", seal],
    ["文件摘要", found.digest && `SHA-256 ${found.digest.slice(0, 16)}…`],
  ]), found.is_test && h("p", {class: "test"}, TEST));
}

function showReport(report) {
  const known = {true: "文件与出具的原件逐字节相同", false: "本机关没有出具过这个文件"}[report.is_issued];
  // the page itself has compared it with the ledger, which the verifier in its own process could not
  const findings = report.findings.filter(({code}) => code !== "test_authority" && !(known && code === "ledger_not_asked"))
    .sort((one, other) => ORDER.indexOf(one.severity) - ORDER.indexOf(other.severity));
  const isAlien = report.verdict === "valid" && report.is_issued === false;
  const state = report.state && report.state !== "issued" ? STATES[report.state] : null;
  const isClaim = (isAlien || report.verdict !== "valid") && report.notice_number;
  show(headline(isAlien ? ALIEN : state ?? VERDICTS[report.verdict]), isClaim && h("p", {class: "note"}, CLAIM), facts([
    ["文书", report.notice_title], ["编号", report.notice_number], ["盖章单位", report.signer], ["印章", report.seal_name],
    ["盖章时间", when(report.timestamp_time)], ["原件比对", known],
  ]), h("ul", {class: "findings"}, ...findings.map((finding) =>
    h("li", {class: finding.severity}, h("b", {"aria-hidden": "true"}, SIGNS[finding.severity]), h("span", {}, finding.sentence,
      finding.english ? h("small", {}, finding.english) : null)))),
  report.is_test_authority && h("p", {class: "test"}, TEST));
}

async function ask(address, body, type, then) {
  const buttons = document.querySelectorAll("button");
  buttons.forEach((button) => { button.disabled = true; });
  show(h("p", {class: "busy"}, "正在核验… Checking…"));
  try {
    const response = await fetch(address, {method: "POST", body, headers: {"Content-Type": type}});
    const said = await response.json();
    if (response.ok) then(said);
    else show(headline(["wait", "!", "没有核验", ...(REFUSALS[said.code] ?? [said.sentence ?? "请稍后再试。", "Not checked."])]));
  } catch {
    show(headline(["wait", "!", "没有核验", "与服务器失去联系，请稍后再试。", "No connection: try again."]));
  } finally {
    buttons.forEach((button) => { button.disabled = false; });
  }
}

const askCode = (code) => ask("/notices/code", JSON.stringify({code}), "application/json", showNotice);

document.getElementById("by-code").addEventListener("submit", (event) => {
  event.preventDefault();
  askCode(document.getElementById("code").value);
});
document.getElementById("by-file").addEventListener("submit", (event) => {
  event.preventDefault();
  const [file] = document.getElementById("file").files;
  if (file) ask("/notices/file", file, "application/octet-stream", showReport);
});

const [, scanned] = location.pathname.match(/^\/N\/([^/]+)$/) ?? [];
if (scanned) askCode(scanned.length > 24 ? location.href.split(/[?#]/)[0] : decodeURIComponent(scanned));
