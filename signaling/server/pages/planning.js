// Tabs about planning: working calendar, duty roster, items closed for now. Figures and staffing are in measuring.js.

import {card, chip, choice, field, h, table} from "/pages/elements.js";
import {WEEKDAY} from "/pages/words.js";

export {figures, whatIf} from "/pages/measuring.js";

export function calendar({act}) {
  const day = h("input", {type: "date", required: true});
  const kind = choice({rest: "不上班", work: "上班（调休）"});
  const source = h("input", {required: true, maxlength: "200", placeholder: "例如：国务院办公厅通知", size: "32"});
  const form = h("form", {class: "pad", onsubmit: (event) => {
    event.preventDefault();
    act("SetCalendarDay", {entry: {day: day.value, is_working: kind.value === "work", source: source.value.trim()}}, "日历已更改，涉及的期限已重算");
  }}, h("div", {class: "row"}, field("日期", day), field("这一天", kind), field("依据", source), h("button", {class: "primary"}, "保存")));
  const year = h("input", {type: "number", min: "2020", max: "2100", required: true});
  const announcement = h("input", {required: true, maxlength: "200", placeholder: "国务院办公厅关于……部分节假日安排的通知", size: "40"});
  const publishing = h("form", {class: "pad", onsubmit: (event) => {
    event.preventDefault();
    act("PublishYear", {year: Number(year.value), source: announcement.value.trim()}, "该年已标记为公布");
  }}, h("div", {class: "row"}, field("年份", year), field("通知", announcement), h("button", {}, "标记为已公布")));
  const years = h("span", {class: "note"});
  const days = table("改动过的日子", "与内置日历不同之处 Edited days", ["日期", "上班", "依据"], "没有改动", (entry) => [
    entry.day, chip(entry.is_working ? "上班" : "不上班", entry.is_working ? "good" : "warn"), entry.source,
  ]);
  const published = card("已公布的年份", "", h("div", {class: "pad"}, years, publishing));
  return {
    elements: [card("更改一天", "期限一律由日历现算，保存后立即生效", form), published, days.element],
    update(floor) {
      years.textContent = floor.published_years.length ? `已公布：${floor.published_years.join("、")}。其他年份按周一至周五计算，标为“暂定”。` : "没有已公布的年份，所有期限均为暂定。";
      days.update(floor.calendar);
    },
  };
}

export function roster({act, tell}) {
  const reviewer = h("input", {required: true, maxlength: "64", placeholder: "reviewer-01"});
  const when = choice({...WEEKDAY.map((name) => `每${name}`), day: "某一天"});
  const day = h("input", {type: "date"});
  const start = h("input", {type: "time", required: true, value: "08:30"});
  const end = h("input", {type: "time", required: true, value: "17:30"});
  let entries = [];
  let names = {};
  const form = h("form", {class: "pad", onsubmit: (event) => {
    event.preventDefault();
    if (when.value === "day" && !day.value) return tell("请选择日期", true);
    const entry = {
      reviewer_id: reviewer.value.trim(), start: `${start.value}:00`, end: `${end.value}:00`,
      weekday: when.value === "day" ? null : Number(when.value), day: when.value === "day" ? day.value : null,
    };
    return act("SetRoster", {entries: [...entries, entry]}, "排班已更改");
  }}, h("div", {class: "row"}, field("审核人员（用户名）", reviewer), field("哪天", when), field("日期", day), field("从", start), field("到", end), h("button", {class: "primary"}, "加入")));
  const lines = table("值班表", "没有排班时，开放时间内在线的审核人员都算在岗 Roster", ["审核人员", "日子", "从", "到", ""], "尚未排班", (entry) => [
    names[entry.reviewer_id] ? `${names[entry.reviewer_id]}（${entry.reviewer_id}）` : entry.reviewer_id, entry.day ?? `每${WEEKDAY[entry.weekday]}`, entry.start.slice(0, 5), entry.end.slice(0, 5),
    h("button", {onclick: () => act("SetRoster", {entries: entries.filter((other) => JSON.stringify(other) !== JSON.stringify(entry))}, "已移出")}, "移出"),
  ]);
  return {
    elements: [card("加一班", "", form), lines.element],
    update(floor) {
      entries = floor.roster;
      names = Object.fromEntries(floor.desks.map((line) => [line.reviewer_id, line.name]));
      lines.update(floor.roster);
    },
  };
}

export function items({act}) {
  const code = h("input", {required: true, maxlength: "64", placeholder: "事项编码，如 ENV-001"});
  const reason = h("input", {required: true, maxlength: "200", placeholder: "例如：系统升级", size: "32"});
  const form = h("form", {class: "pad", onsubmit: (event) => {
    event.preventDefault();
    act("SetItemOpen", {item_code: code.value.trim(), is_open: false, reason: reason.value.trim()}, "已暂停受理；在办件照旧办理");
  }}, h("div", {class: "row"}, field("事项", code), field("原因", reason), h("button", {class: "danger"}, "暂停受理")));
  const lines = table("暂停受理的事项", "Closed items", ["事项编码", ""], "所有事项均可受理", (line) => [
    line, h("button", {onclick: () => act("SetItemOpen", {item_code: line, is_open: true, reason: ""}, "已恢复受理")}, "恢复受理"),
  ]);
  return {elements: [card("暂停一个事项", "在办件不受影响", form), lines.element], update: (floor) => lines.update(floor.closed_items)};
}
