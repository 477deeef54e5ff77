// The manager's page: logs in, keeps the newest picture of the floor, and shows the tabs that the roles allow.
// What stands in a tab is in floor.js (people and cases), paper.js (deposits, results) and planning.js (calendar, figures).

import {Link} from "/pages/link.js";
import {h} from "/pages/elements.js";
import {clocks, floor, followUps, notices} from "/pages/floor.js";
import {deposits, results} from "/pages/paper.js";
import {calendar, figures, items, roster, whatIf} from "/pages/planning.js";

const $ = (id) => document.getElementById(id);
const ANYONE_LEADING = ["manager", "supervisor"];
const TABS = [
  {name: "排队与席位", roles: [...ANYONE_LEADING, "guide"], make: floor, count: (it) => it.alarms.length},
  {name: "时限", roles: ANYONE_LEADING, make: clocks, count: (it) => it.pressing.length},
  {name: "指标", roles: ANYONE_LEADING, make: figures},
  {name: "通知书", roles: ["supervisor"], make: notices},
  {name: "材料柜", roles: ["collector", ...ANYONE_LEADING], make: deposits, count: (it) => it.deposits.filter((task) => task.is_overdue).length},
  {name: "结果领取", roles: ["issuer", "collector"], make: results, count: (it) => it.results.length},
  {name: "评价与跟进", roles: ANYONE_LEADING, make: followUps, count: (it) => it.follow_ups.filter((line) => line.state !== "settled").length},
  {name: "工作日历", roles: ["manager"], make: calendar},
  {name: "排班", roles: ["manager"], make: roster},
  {name: "事项", roles: ["manager"], make: items},
  {name: "人力测算", roles: ANYONE_LEADING, make: whatIf},
];

const EMPTY = {
  queue: [], desks: [], terminals: [], pressing: [], deposits: [], results: [], notices: [], follow_ups: [], roster: [],
  calendar: [], published_years: [], closed_items: [], alarms: [], board: null, now: "",
};
let newest = EMPTY;
let shown = null;
let tabs = [];

const link = new Link((message) => {
  if (message.type !== "FloorChanged") return;
  newest = {...EMPTY, ...message};
  $("clock").textContent = newest.now.slice(0, 16).replace("T", " ");
  draw();
}, changed);

let telling = null;
function tell(words, isBad = false) {
  clearTimeout(telling);
  $("say").textContent = words;
  $("say").className = isBad ? "say bad" : "say";
  $("say").hidden = false;
  telling = setTimeout(() => { $("say").hidden = true; }, isBad ? 8000 : 3000);
}

/** Do an act and tell its outcome; true when it was recorded. */
async function act(type, fields, words = "已保存") {
  try {
    await link.act(type, fields);
    tell(words);
    return true;
  } catch (problem) {
    tell(problem.message, true);
    return false;
  }
}

function changed(state, message) {
  $("line").textContent = {online: "已连接", lost: "连接中断，正在重连"}[state] ?? $("line").textContent;
  $("line").className = state === "online" ? "chip good" : "chip bad";
  if (state === "online") {
    $("login").hidden = true;
    $("work").hidden = false;
    $("who").textContent = message.name + (message.is_clock_simulated ? "　（时钟为模拟）" : "");
    if (!tabs.length) open(message.roles);
  } else if (state === "refused") {
    $("login").hidden = false;
    $("work").hidden = true;
    $("refused").textContent = message.sentence;
  } else if (state === "error") {
    tell(message.sentence, true);
  }
}

function open(roles) {
  const tools = {act, ask: (path) => link.ask(path), tell, roles};
  tabs = TABS.filter((tab) => tab.roles.some((role) => roles.includes(role))).map((tab) => ({...tab, view: tab.make(tools)}));
  for (const tab of tabs) {
    tab.number = h("span", {class: "count", hidden: true});
    tab.button = h("button", {role: "tab", onclick: () => show(tab)}, tab.name, tab.number);
  }
  $("tabs").replaceChildren(...tabs.map((tab) => tab.button));
  if (tabs.length) show(tabs[0]);
  else $("main").replaceChildren(h("div", {class: "empty"}, "此用户没有管理岗位"));
}

function show(tab) {
  shown = tab;
  for (const other of tabs) other.button.setAttribute("aria-selected", String(other === tab));
  $("main").replaceChildren(...tab.view.elements);
  draw();
}

function draw() {
  for (const tab of tabs) {
    const count = tab.count?.(newest) ?? 0;
    tab.number.textContent = count;
    tab.number.hidden = count === 0;
  }
  shown?.view.update?.(newest);
}

$("login").addEventListener("submit", (event) => {
  event.preventDefault();
  $("refused").textContent = "";
  const form = new FormData(event.target);
  link.open(form.get("name"), form.get("password"));
});
$("leave").addEventListener("click", () => {
  link.close();
  location.reload();
});
