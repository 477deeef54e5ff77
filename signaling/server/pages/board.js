// The hall board: asks /board.json every two seconds and shows it. Text goes in as text, never as markup.

const EVERY_MS = 2000;
const $ = (id) => document.getElementById(id);

function line(entry) {
  const item = document.createElement("li");
  const number = document.createElement("b");
  number.textContent = entry.ticket_number;
  const name = document.createElement("span");
  name.textContent = entry.applicant;
  const place = document.createElement("span");
  place.textContent = entry.place;
  item.append(number, name);
  if (entry.place) item.append(place);
  return item;
}

function fill(list, entries, nobody) {
  if (entries.length) {
    list.replaceChildren(...entries.map(line));
    while (list.scrollHeight > list.clientHeight && list.children.length > 1) list.lastChild.remove();
  } else {
    const none = document.createElement("p");
    none.className = "nobody";
    none.textContent = nobody;
    list.replaceChildren(none);
  }
}

function show(board) {
  document.title = board.hall + " 叫号大屏";
  $("hall").textContent = board.hall;
  $("hours").textContent = (board.is_open ? "受理时间 " : "现在不在受理时间 ") + board.hours;
  $("clock").textContent = board.now.slice(11, 16);
  $("count").textContent = board.waiting_count + " 人";
  fill($("called"), board.called, "暂无叫号");
  fill($("serving"), board.serving, "暂无正在办理");
  fill($("waiting"), board.waiting.map((entry) => ({...entry, place: ""})), "无人等待");
  for (const kind of ["missed", "ready"]) {
    $(kind).textContent = board[kind].map((entry) => `${entry.ticket_number} ${entry.applicant}`).join("　") || "无";
  }
}

async function refresh() {
  try {
    const answer = await fetch("/board.json", {cache: "no-store"});
    if (!answer.ok) throw new Error(String(answer.status));
    show(await answer.json());
    $("lost").hidden = true;
  } catch {
    $("lost").hidden = false;
  }
  setTimeout(refresh, EVERY_MS);
}

refresh();
