// One open of a class link, told only after somebody has looked at the page for a moment. Names nobody.
"use strict";
const form = document.getElementById("opened");
if (form) {
  let told = false;
  const tell = () => {
    if (told || document.visibilityState !== "visible") return;
    told = true;
    const body = new URLSearchParams(new FormData(form));
    body.set("quiet", "1");
    fetch(form.action, { method: "POST", body, credentials: "same-origin", keepalive: true }).catch(() => {});
  };
  setTimeout(tell, 2500);
  for (const kind of ["pointerdown", "scroll", "keydown"]) addEventListener(kind, tell, { once: true, passive: true });
}
