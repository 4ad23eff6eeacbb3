// 下次提醒我: shown only where the platform lets the page ask, which is inside WeChat; a no is as good as a yes.
"use strict";
const section = document.getElementById("subscribe");
if (section && window.wx) {
  const tag = section.querySelector("wx-open-subscribe"), said = section.querySelector("[role=status]");
  const { app, timestamp, nonce, signature, accepted, refused } = section.dataset;
  document.addEventListener("WeixinOpenTagsError", () => { section.hidden = true; });
  wx.ready(() => { section.hidden = false; });
  wx.error(() => { section.hidden = true; });
  tag.addEventListener("success", (event) => {
    const details = JSON.stringify(event.detail || {});
    said.textContent = /accept/.test(details) ? accepted : refused;
  });
  tag.addEventListener("error", () => { said.textContent = refused; });
  wx.config({ appId: app, timestamp: Number(timestamp), nonceStr: nonce, signature, jsApiList: ["hideMenuItems"], openTagList: ["wx-open-subscribe"] });
}
