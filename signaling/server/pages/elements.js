// Small building blocks of the manager's page. Text always goes in as text.

/** An element: h("td", {class: "wide"}, "text", child). Functions in the properties become listeners (onclick: ...). */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (typeof value === "boolean") element[name] = value;
    else if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

export const chip = (words, tone = "") => h("span", {class: `chip ${tone}`}, words);

export const dayTime = (iso) => (iso ? iso.slice(5, 16).replace("T", " ") : "");

/** Seconds as people say them. */
export function lasting(seconds) {
  if (seconds === null || seconds === undefined || Number.isNaN(seconds)) return "—";
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} 秒`;
  if (whole < 3600) return `${Math.floor(whole / 60)} 分 ${String(whole % 60).padStart(2, "0")} 秒`;
  return `${Math.floor(whole / 3600)} 小时 ${Math.floor((whole % 3600) / 60)} 分`;
}

export const percent = (part) => (part === null || part === undefined ? "—" : `${(100 * part).toFixed(1)} %`);

/** A card with a heading; `note` stands beside it. */
export function card(title, note, ...content) {
  return h("section", {class: "card"}, h("div", {class: "head"}, h("h2", {}, title), note ? h("span", {class: "note"}, note) : null),
    ...content);
}

/** A table that draws itself anew only when its rows have changed and nobody is typing in it. */
export function table(title, note, columns, empty, cells) {
  const body = h("tbody");
  const nothing = h("div", {class: "empty"}, empty);
  const grid = h("table", {}, h("thead", {}, h("tr", {}, ...columns.map((name) => h("th", {scope: "col"}, name)))), body);
  const element = card(title, note, h("div", {class: "scroll"}, grid), nothing);
  let drawn = null;
  return {
    element,
    update(rows) {
      const now = JSON.stringify(rows);
      const isTyping = body.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
      if (now === drawn || isTyping) return;
      drawn = now;
      body.replaceChildren(...rows.map((row) => h("tr", {}, ...cells(row).map((cell) =>
        cell instanceof HTMLTableCellElement ? cell : h("td", {}, cell instanceof Node ? cell : String(cell ?? ""))))));
      grid.hidden = rows.length === 0;
      nothing.hidden = rows.length > 0;
    },
  };
}

export const figure = (name, value, note = "") => h("div", {class: "figure"}, h("span", {}, name), h("b", {}, value), note ? h("small", {}, note) : null);

/** A labelled field. */
export const field = (label, input) => h("label", {}, label, input);

export function choice(options, properties = {}) {
  return h("select", properties, ...Object.entries(options).map(([value, words]) => h("option", {value}, words)));
}
