"use strict";
// Four phones, one page. The simulator holds the truth; this file shows it and sends what is done.

const $ = (id) => document.getElementById(id);
const slots = [];
let wireSeen = 0, asking = false, again = false;

function toast(text) {
  $("toast").textContent = text;
  $("toast").classList.add("on");
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => $("toast").classList.remove("on"), 2600);
}

async function post(path, body) {
  const answer = await fetch("/sim/" + path, { method: "POST", body: JSON.stringify(body) });
  const result = await answer.json().catch(() => ({ error: "模拟器没有应答" }));
  if (result.error) toast(result.error);
  return result;
}

function drawClock(iso) {
  $("hour").textContent = clockText(iso, false);
  const day = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", year: "numeric", month: "long", day: "numeric", weekday: "long" });
  $("day").textContent = day.format(new Date(iso));
  for (const node of document.querySelectorAll(".clocktext")) node.textContent = $("hour").textContent;
}

const WAYS = { in: "→ 平台", out: "← 回调", back: "→ 回复" };
function drawWire(rows) {
  for (const row of rows) {
    wireSeen = Math.max(wireSeen, row.number);
    const line = el("li", row.direction), bad = row.status !== "ok" ? " bad" : "";
    const way = el("span", "way", WAYS[row.direction]);
    if (row.sealed) way.append(el("i", "sealed", "密"));
    line.append(el("span", "", clockText(row.at, false, true)), way, el("span", "path", row.path));
    line.append(el("span", "", row.summary), el("span", "size", row.size + " B"), el("span", "status" + bad, row.status));
    $("rows").prepend(line);
    $("latest").textContent = WAYS[row.direction] + "  " + row.path + "  " + row.summary;
  }
  while ($("rows").children.length > 300) $("rows").lastChild.remove();
}

async function refresh() {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  try {
    const query = new URLSearchParams(slots.map((slot) => ["phone", slot.key]));
    query.append("wire", wireSeen);
    const state = await (await fetch("/sim/state?" + query)).json();
    if (!slots.length) start(state.slots);
    drawClock(state.now);
    for (const slot of slots) slot.draw(state.phones[slot.key]);
    drawWire(state.wire);
  } finally {
    asking = false;
    if (again) {
      again = false;
      await refresh();
    }
  }
}

function start(rows) {
  for (const row of rows.filter((r) => r.phones.length)) {
    const slot = new Slot(row.title, row.phones), tab = el("button", "", row.title);
    slots.push(slot);
    $("desk").append(slot.root);
    tab.type = "button";
    tab.onclick = () => choose(slot, tab);
    $("tabs").append(tab);
  }
  choose(slots[0], $("tabs").firstChild);
  again = true;
}

function choose(slot, tab) {
  for (const one of slots) one.root.classList.toggle("on", one === slot);
  for (const one of $("tabs").children) one.classList.toggle("on", one === tab);
}

for (const button of document.querySelectorAll("[data-step]")) {
  button.onclick = async () => {
    button.disabled = true;
    await post("clock", { step: button.dataset.step });
    button.disabled = false;
    refresh();
  };
}
$("handle").onclick = () => $("handle").setAttribute("aria-expanded", String($("strip").classList.toggle("open")));
setInterval(() => document.hidden || refresh(), 20000);
refresh().then(() => {
  const stream = new EventSource("/sim/events");
  stream.onmessage = () => refresh();
});
