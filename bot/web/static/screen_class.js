// Space, Enter, a click or a presenter's button: the next question, then its answer. The left arrow goes back.
"use strict";
const body = document.body, cards = [...document.querySelectorAll("[data-card]")];
const place = document.querySelector(".place"), next = document.querySelector("button.on"), print = document.querySelector("button.print");
const steps = cards.flatMap((card) => card.dataset.place ? [[card, false], [card, true]] : [[card, false]]);
let at = 0;
function fit() {
  body.style.fontSize = "";
  const page = document.documentElement;
  for (let size = parseFloat(getComputedStyle(body).fontSize); page.scrollHeight > innerHeight && size > 14; size *= .95) body.style.fontSize = `${size}px`;
}
function show() {
  const [card, answered] = steps[at];
  body.classList.add("js");
  body.classList.toggle("answered", answered);
  body.classList.toggle("asking", Boolean(card.dataset.place));
  for (const one of cards) one.classList.toggle("now", one === card);
  place.textContent = card.dataset.place || "";
  next.textContent = at === 0 ? "开始" : at === steps.length - 1 ? "再来一遍" : !answered ? "看答案" : steps[at + 1][0].dataset.place ? "下一题" : "做完了";
  fit();
}
function go(to) { at = (to + steps.length) % steps.length; show(); }
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (["Space", "Enter", "NumpadEnter", "ArrowRight", "ArrowDown", "PageDown"].includes(event.code)) { event.preventDefault(); go(at + 1); }
  else if (["ArrowLeft", "ArrowUp", "PageUp", "Backspace"].includes(event.code)) { event.preventDefault(); if (at) go(at - 1); }
  else if (event.code === "Home" || event.code === "KeyR") go(0);
});
document.addEventListener("click", (event) => { if (event.target === print) window.print(); else go(at + 1); });
print.addEventListener("keydown", (event) => { if (["Space", "Enter"].includes(event.code)) { event.stopPropagation(); } });
addEventListener("resize", fit);
show();
