// Tabs about people and cases: the live queue with desks and terminals, pressing clocks, notices to void, the ledger.

import {card, chip, choice, field, figure, h, lasting, table} from "/pages/elements.js";
import {
  AVAILABILITY, CASE, CLOCK, FOLLOW_UP, GRADE, KIND, NOTICE, NOTICE_STATE, PRIORITY, REASON, RULE, SKILL, SOURCE, TICKET, alarm, say,
} from "/pages/words.js";

const since = (floor, moment) => (Date.parse(floor.now) - Date.parse(moment)) / 1000;

export function floor({act, roles}) {
  const alarms = h("div", {class: "alarms"});
  const numbers = h("div", {class: "figures"});
  const mayRank = roles.includes("supervisor") || roles.includes("guide");
  const queue = table("排队", "按应叫顺序 Live queue", ["号码", "申请人", "事项", "终端", "状态", "已等", "次序依据", "优先群体", "呼出次数"], "现在无人排队", (line) => [
    line.ticket_number, line.applicant, line.item_name, line.is_here ? line.terminal_name : "不在终端",
    chip(say(TICKET, line.state), {offered: "ring", summoned: "ring", serving: "good", missed: "bad", interrupted: "bad", parked: "warn"}[line.state] ?? ""),
    lasting(line.waited), [...new Set([say(KIND, line.kind), say(RULE, line.rule)])].filter(Boolean).join(" · "),
    mayRank ? priority(line) : say(PRIORITY, line.priority), line.offers,
  ]);
  const desks = table("席位", "Desks", ["席位", "审核人员", "状态", "持续", "原因", "技能", "办理号码"], "没有席位登录", (line) => [
    line.desk_id, line.name, chip(line.is_connected ? say(AVAILABILITY, line.availability) : "断线",
      {ready: "good", in_call: "good", offered: "ring", wrap_up: "warn"}[line.is_connected ? line.availability : "away"] ?? ""),
    lasting(line.lasted), say(REASON, line.reason), h("td", {class: "wide"}, line.skills.map((skill) => say(SKILL, skill)).join("、")), line.ticket_number,
  ]);
  const terminals = table("终端", "Terminals", ["终端", "名称", "状态", "号码", "空柜"], "没有登记终端", (line) => [
    line.terminal_id, line.name, chip(line.is_connected ? "在线" : "离线", line.is_connected ? "good" : "bad"), line.ticket_number, line.cells_free,
  ]);

  function priority(line) {
    const select = choice({"": "无", ...PRIORITY}, {"aria-label": `${line.ticket_number} 优先群体`});
    select.value = line.priority;
    select.addEventListener("change", () => act("SetPriority", {case_id: line.case_id, group: select.value}, "优先群体已更改"));
    return select;
  }

  return {
    elements: [alarms, numbers, queue.element, desks.element, terminals.element],
    update(floor) {
      alarms.replaceChildren(...floor.alarms.map((code) => chip(alarm(code, floor), "bad")));
      const waiting = floor.queue.filter((line) => line.state === "waiting");
      const longest = Math.max(0, ...waiting.map((line) => since(floor, line.waiting_since)));
      const ready = floor.desks.filter((line) => line.is_connected && line.availability === "ready").length;
      numbers.replaceChildren(
        figure("等待", `${waiting.length} 人`), figure("最久已等", lasting(longest)),
        figure("办理中", floor.queue.filter((line) => line.state === "serving").length),
        figure("就绪席位", `${ready} / ${floor.desks.length}`), figure("在线终端", `${floor.terminals.filter((line) => line.is_connected).length} / ${floor.terminals.length}`),
        figure("过号", floor.queue.filter((line) => line.state === "missed").length));
      const rounded = (moment) => Math.floor(since(floor, moment) / 10) * 10;
      queue.update(floor.queue.map((line) => ({...line, waited: rounded(line.waiting_since)})));
      desks.update(floor.desks.map((line) => ({...line, lasted: rounded(line.since)})));
      terminals.update(floor.terminals);
    },
  };
}

export function clocks() {
  const lines = table("紧迫时限", "已用超过 60 % 的法定时钟 Clock health", ["办件编号", "事项", "申请人", "状态", "时钟", "已用", "最后一日", "审核人员"], "没有紧迫的时限", (line) => [
    line.case_id, h("td", {class: "wide"}, line.item_name), line.applicant, say(CASE, line.state), say(CLOCK, line.clock.kind),
    h("span", {}, h("progress", {max: "1", value: String(Math.min(1, line.share))}), " ", chip(`${line.clock.used} / ${line.clock.days} 日`, line.share >= 1 ? "bad" : line.share >= 0.8 ? "warn" : "")),
    line.clock.due + (line.clock.is_provisional ? "（暂定）" : ""), line.reviewer_name,
  ]);
  return {elements: [lines.element], update: (floor) => lines.update(floor.pressing)};
}

export function notices({act}) {
  const reason = h("textarea", {rows: "2", cols: "48", maxlength: "2000", required: true});
  const way = choice({again: "重发同类通知书", back: "退回上一步，并发作废通知"});
  const chosen = h("b", {});
  let target = null;
  const form = h("form", {class: "pad", hidden: true, onsubmit: (event) => {
    event.preventDefault();
    act("VoidNotice", {notice_id: target.notice_id, reason: reason.value.trim(), is_back: way.value === "back"}, "通知书已作废")
      .then((done) => { if (done) close(); });
  }}, h("h3", {}, "作废 ", chosen), field("理由（写入流水账，不可更改）", reason), field("作废之后", way),
  h("div", {class: "row"}, h("button", {class: "danger"}, "作废"), h("button", {type: "button", onclick: close}, "取消")));
  function close() {
    form.hidden = true;
    reason.value = "";
  }
  const lines = table("可作废的通知书", "文号保留，不再使用 Void a notice", ["文号", "种类", "办件编号", "状态", ""], "没有可作废的通知书", (line) => [
    line.number, say(NOTICE, line.kind), line.case_id, say(NOTICE_STATE, line.state),
    h("button", {class: "danger", onclick: () => { target = line; chosen.textContent = line.number; form.hidden = false; reason.focus(); }}, "作废…"),
  ]);
  return {elements: [card("作废", "", form, h("div", {class: "empty"}, "作废须说明理由；原文号不再使用，另发新的通知书或退回上一步。")), lines.element], update: (floor) => lines.update(floor.notices)};
}

export function followUps({act}) {
  const lines = table("差评与“办不成事”台账", "Follow-up ledger", ["编号", "来源", "事项", "内容", "期限", "状态", "答复"], "台账为空", (line) => {
    const answer = h("input", {class: "long", placeholder: "处理结果", maxlength: "2000", value: line.answer});
    const settled = h("input", {type: "checkbox"});
    return [
      h("span", {title: line.follow_up_id}, line.follow_up_id.slice(0, 8)), chip(say(SOURCE, line.source) + (line.grade ? " · " + say(GRADE, line.grade) : ""), "warn"), line.item_name,
      h("td", {class: "wide"}, line.text), h("span", {}, line.due, " ", line.is_overdue ? chip("逾期", "bad") : null),
      chip(say(FOLLOW_UP, line.state), line.state === "settled" ? "good" : ""),
      line.state === "settled" ? h("td", {class: "wide"}, line.answer) : h("div", {class: "act"}, answer, h("label", {}, settled, " 已回访并办结"),
        h("button", {onclick: () => act("AnswerFollowUp", {follow_up_id: line.follow_up_id, answer: answer.value.trim(), is_settled: settled.checked}, "答复已登记")}, "登记")),
    ];
  });
  return {elements: [lines.element], update: (floor) => lines.update(floor.follow_ups)};
}
