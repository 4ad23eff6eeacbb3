// Space, Enter or a click shows the options, then the answer; R begins again. The clock starts by itself.
"use strict";
const body = document.body, time = document.querySelector(".time"), button = document.querySelector("button");
const words = ["看选项", "看答案", "再来一次"];
let step = 0, left = 60, ticking = 0;
function show() {
  body.className = `screen js step-${step}${step === 2 ? " answered" : ""}`;
  button.textContent = words[step];
}
function start() {
  step = 0; left = 60; clearInterval(ticking);
  time.textContent = left; time.classList.remove("over");
  ticking = setInterval(() => {
    left = Math.max(0, left - 1); time.textContent = left;
    if (!left) { time.classList.add("over"); clearInterval(ticking); }
  }, 1000);
  show();
}
function next() { if (step === 2) start(); else { step += 1; show(); } }
document.addEventListener("keydown", (event) => {
  if (["Space", "Enter", "ArrowRight", "PageDown"].includes(event.code)) { event.preventDefault(); next(); }
  else if (event.code === "KeyR") start();
});
document.addEventListener("click", next);
start();
