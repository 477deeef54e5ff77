// Tabs about paper: the collector's list of deposits and the issuing window's results.

import {chip, choice, dayTime, h, table} from "/pages/elements.js";
import {DEPOSIT, RESULT, WAY, say} from "/pages/words.js";

const button = (words, onclick, kind = "") => h("button", {class: kind, type: "button", onclick}, words);

export function deposits({act, roles}) {
  const mayHandle = roles.includes("collector");
  const lines = table("存柜材料", "收取、清点、归档或退还；每一步记入保管台账 Custody", ["终端", "柜格", "事项", "办件编号", "页数", "状态", "状态起于", "经手", ""], "没有待处理的存柜材料", (task) => {
    const it = task.deposit;
    const pages = h("input", {type: "number", min: "0", max: "10000", value: String(it.pages), "aria-label": "清点页数"});
    const note = h("input", {placeholder: "备注", maxlength: "200", value: it.note});
    const handle = (step, words, extra = {}) => act("HandleDeposit", {deposit_id: it.deposit_id, act: step, note: note.value.trim(), ...extra}, words);
    const steps = {
      stored: () => [button("收取", () => handle("collect", "已收取，请清点"), "primary")],
      collected: () => [pages, note, button("清点", () => handle("count", "清点已登记", {pages: Number(pages.value)}), "primary")],
      matched: () => [button("归档", () => handle("archive", "已归档")), button("退还", () => handle("return", "已退还"))],
      mismatched: () => [note, button("归档", () => handle("archive", "已归档")), button("退还", () => handle("return", "已退还"))],
    };
    return [
      task.terminal_name, it.cell, h("td", {class: "wide"}, task.item_name), task.case_id,
      it.counted_pages && it.counted_pages !== it.pages ? `${it.counted_pages} / 应 ${it.pages}` : it.pages,
      h("span", {}, chip(say(DEPOSIT, it.state), {mismatched: "bad", matched: "good", stored: "warn"}[it.state] ?? ""), task.is_overdue ? " " : null, task.is_overdue ? chip("逾期", "bad") : null),
      dayTime(it.since), it.by, h("div", {class: "act"}, ...(mayHandle ? (steps[it.state]?.() ?? []) : [])),
    ];
  });
  return {elements: [lines.element], update: (floor) => lines.update(floor.deposits)};
}

export function results({act}) {
  let terminals = [];
  const lines = table("结果领取", "制证、出件、寄出、入柜、交付 Results", ["办件编号", "事项", "申请人", "领取方式", "状态", "取件码、运单", ""], "没有待出的结果", (task) => {
    const it = task.result;
    const tracking = h("input", {placeholder: "运单号", maxlength: "200"});
    const terminal = terminals.length
      ? choice(Object.fromEntries(terminals.map((line) => [line.terminal_id, `${line.name}（空 ${line.cells_free} 格）`])), {"aria-label": "终端"})
      : h("input", {placeholder: "终端编号", maxlength: "64"});
    const handle = (step, words, extra = {}) => act("HandleResult", {case_id: task.case_id, act: step, ...extra}, words);
    const out = {
      courier: () => [tracking, button("寄出", () => handle("dispatch", "已寄出", {tracking: tracking.value.trim()}), "primary")],
      locker: () => [terminal, button("放入取件柜", () => handle("put_in_locker", "已入柜，取件码已发出", {terminal_id: terminal.value.trim()}), "primary")],
    };
    const steps = {
      making: () => [button("制证完成", () => handle("make", "已制证"), "primary")],
      ready: () => out[it.way]?.() ?? [button("放到窗口", () => handle("put_at_counter", "已到窗口"), "primary")],
      at_counter: () => [button("交付", () => handle("hand_over", "已交付"), "primary")],
      dispatched: () => [button("已签收", () => handle("hand_over", "已送达"), "primary")],
      in_locker: () => [button("窗口交付", () => handle("hand_over", "已交付"))],
    };
    return [
      task.case_id, h("td", {class: "wide"}, task.item_name), task.applicant,
      say(WAY, it.way) + (it.address ? `：${it.address}` : ""), chip(say(RESULT, it.state), it.state === "ready" ? "warn" : ""),
      [it.code, it.tracking, it.keep_until ? `保留至 ${it.keep_until}` : ""].filter(Boolean).join(" · "),
      h("div", {class: "act"}, ...(steps[it.state]?.() ?? [])),
    ];
  });
  return {elements: [lines.element], update: (floor) => { terminals = floor.terminals; lines.update(floor.results); }};
}
