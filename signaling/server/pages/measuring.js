// Tabs that measure: the published figures with their definitions, and the staffing what-if from the hall's own log.

import {card, field, figure, h, lasting, percent, table} from "/pages/elements.js";
import {CLOCK, GRADE, say} from "/pages/words.js";

const share = (it) => `${percent(it.share)}`;
const of = (it) => `${it.part} / ${it.whole}`;

async function save(ask, tell, path, name) {
  try {
    const address = URL.createObjectURL(await (await ask(path)).blob());
    h("a", {href: address, download: name}).click();
    URL.revokeObjectURL(address);
  } catch (problem) {
    tell(problem.message, true);
  }
}

export function figures({ask, tell}) {
  const from = h("input", {type: "date", "aria-label": "从"});
  const to = h("input", {type: "date", "aria-label": "到"});
  const period = () => new URLSearchParams(Object.entries({from: from.value, to: to.value}).filter(([, value]) => value)).toString();
  const shown = h("div", {class: "figures"});
  const reviewers = work("审核人员", "Handling by reviewer", (line) => line.subject);
  const items = work("事项", "Handling by item", (line) => line.name || line.subject);
  const clocks = table("法定时钟", "期间内越过各比例的办件数 Clock health", ["时钟", "> 60 %", "> 80 %", "> 100 %"], "没有时钟越线", (line) => [
    say(CLOCK, line.clock), line.over_60, line.over_80, line.over_100,
  ]);
  const grades = table("评价", "五级好差评 Evaluation", ["等级", "件数"], "尚无评价", ([grade, count]) => [say(GRADE, grade), count]);
  async function load() {
    try {
      show(await (await ask(`/metrics.json?${period()}`)).json());
    } catch (problem) {
      tell(problem.message, true);
    }
  }
  function show(it) {
    from.value = it.since.slice(0, 10);
    to.value = new Date(Date.parse(it.until) - 1 + 8 * 3600e3).toISOString().slice(0, 10);
    const spread = (words, value, note) => figure(words, lasting(value.p50_s), `P90 ${lasting(value.p90_s)} · 最久 ${lasting(value.worst_s)}${note ? " · " + note : ""}`);
    shown.replaceChildren(
      figure("收件", it.submitted, "件"),
      spread("等待 P50", it.wait, `${it.wait.count} 次接听`),
      figure("60 秒接听率", share(it.answer_rate), of(it.answer_rate)),
      figure("放弃率", share(it.abandoned), `${of(it.abandoned)}，另有 10 秒内 ${it.short_abandoned}`),
      figure("首次受理率", share(it.first_time_acceptance), of(it.first_time_acceptance)),
      figure("二次补正率", share(it.second_correction), of(it.second_correction)),
      spread("提交 → 盖章 P50", it.terminal_time),
      figure("视为受理", it.deemed_acceptances, "目标 0"),
      figure("过号", it.misses, "次"), figure("回叫接通", it.callbacks, "次"),
      figure("断线 / 恢复", `${it.interrupted} / ${it.resumed}`, "次"),
      figure("满意率", share(it.evaluation.satisfied), `${of(it.evaluation.satisfied)}，跟进 ${it.evaluation.follow_ups_opened}，逾期 ${it.evaluation.overdue}`),
      figure("存柜 / 不符", `${it.paper.stored} / ${it.paper.mismatches}`, `逾期 ${it.paper.overdue}`),
      figure("通知书", it.notices.sealed, `打印 ${it.notices.printed}，失败 ${it.notices.print_failures}，作废 ${it.notices.voided}`));
    reviewers.update(it.reviewers);
    items.update(it.items);
    clocks.update(it.clocks);
    grades.update(Object.entries(it.evaluation.grades));
  }
  const choose = h("form", {class: "pad", onsubmit: (event) => { event.preventDefault(); load(); }}, h("div", {class: "row"},
    field("从", from), field("到", to), h("button", {class: "primary"}, "计算"),
    h("button", {type: "button", onclick: () => save(ask, tell, `/fairness.csv?${period()}`, "公平日志.csv")}, "下载公平日志"),
    h("button", {type: "button", onclick: () => save(ask, tell, `/ledger.csv?${period()}`, "跟进台账.csv")}, "下载跟进台账")));
  load();
  return {elements: [card("期间", "由流水账计算，定义固定 Metrics", choose), shown, reviewers.element, items.element, clocks.element, grades.element]};
}

function work(title, note, subject) {
  return table(title, note, ["", "接听", "无呼叫审查", "办理 P50", "办理 P90", "整理 P50", "未应答", "拒接"], "期间内没有", (line) => [
    h("td", {class: "wide"}, subject(line)), line.answered, line.reviews, lasting(line.handling.p50_s), lasting(line.handling.p90_s),
    lasting(line.wrap_up.p50_s), line.no_answer, line.declined,
  ]);
}

export function whatIf({ask, tell}) {
  const day = h("input", {type: "date", "aria-label": "哪一天"});
  const most = h("input", {type: "number", min: "1", max: "200", value: "14", required: true});
  const running = h("span", {class: "note", hidden: true}, "正在用当天的真实到达和办理时间重演……");
  const lines = table("结果", "同一天的来人，不同的在岗人数 Staffing what-if", ["在岗人数", "等待 P50", "等待 P95", "最久", "60 秒接听率", "放弃"], "尚未测算", (line) => [
    line.reviewers, lasting(line.wait.p50_s), lasting(line.wait.p95_s), lasting(line.wait.worst_s), share(line.answer_rate), line.abandoned.part,
  ]);
  const form = h("form", {class: "pad", onsubmit: async (event) => {
    event.preventDefault();
    running.hidden = false;
    try {
      const asked = new URLSearchParams({...(day.value ? {day: day.value} : {}), reviewers: most.value});
      lines.update((await (await ask(`/what-if.json?${asked}`)).json()).outcomes);
    } catch (problem) {
      tell(problem.message, true);
    }
    running.hidden = true;
  }}, h("div", {class: "row"}, field("哪一天（空白为今天）", day), field("最多在岗人数", most), h("button", {class: "primary"}, "测算"), running));
  return {elements: [card("人力测算", "由大厅自己的流水账重演，不看任何姓名", form), lines.element]};
}
