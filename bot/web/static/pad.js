// A place to write one's name. What leaves the page is one SVG path of lines, no picture and no speed.
"use strict";
const pad = document.querySelector("canvas.pad");
if (pad) {
  const form = pad.closest("form"), pen = pad.getContext("2d");
  let strokes = [], stroke = null;
  const fit = () => {
    const scale = devicePixelRatio || 1, box = pad.getBoundingClientRect();
    pad.width = box.width * scale; pad.height = box.height * scale;
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.lineWidth = 3; pen.lineCap = pen.lineJoin = "round"; pen.strokeStyle = "#1d2733";
    for (const one of strokes) for (let i = 1; i < one.length; i += 1) line(one[i - 1], one[i]);
  };
  const line = (a, b) => { pen.beginPath(); pen.moveTo(...a); pen.lineTo(...b); pen.stroke(); };
  const at = (event) => {
    const box = pad.getBoundingClientRect();
    return [Math.max(0, Math.round(event.clientX - box.left)), Math.max(0, Math.round(event.clientY - box.top))];
  };
  pad.addEventListener("pointerdown", (event) => { stroke = [at(event)]; strokes.push(stroke); pad.setPointerCapture(event.pointerId); });
  pad.addEventListener("pointermove", (event) => {
    if (!stroke) return;
    const [x, y] = at(event), [u, v] = stroke[stroke.length - 1];
    if (Math.abs(x - u) + Math.abs(y - v) < 2) return;
    line([u, v], [x, y]); stroke.push([x, y]);
  });
  for (const kind of ["pointerup", "pointercancel"]) pad.addEventListener(kind, () => { stroke = null; });
  form.querySelector("[data-clear]").addEventListener("click", () => { strokes = []; fit(); });
  form.addEventListener("submit", () => {
    const lines = strokes.filter((one) => one.length > 1);
    form.elements.drawing.value = lines.map((one) => one.map(([x, y], i) => `${i ? "L" : "M"}${x} ${y}`).join(" ")).join(" ");
  });
  addEventListener("resize", fit);
  fit();
}
