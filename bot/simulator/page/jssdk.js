// What a page may use of the JS-SDK here: wx.config, wx.ready, wx.error and the tag wx-open-subscribe.
"use strict";
(() => {
  const base = new URL(document.currentScript.src).origin;
  const readies = [], errors = [];
  let config = null, asking = null, tag = null;
  const frame = (path, query) => {
    const made = document.createElement("iframe");
    made.src = `${base}${path}?${new URLSearchParams(query)}`;
    document.body.append(made);
    return made;
  };
  const check = (options) => {
    config = options;
    const made = frame("/open/jssdk/check", {
      appid: options.appId, timestamp: options.timestamp, nonce: options.nonceStr, signature: options.signature,
      url: location.href.split("#")[0],
    });
    made.style.display = "none";
  };
  const draw = (one) => {
    if (one.shadowRoot) return;
    const parts = [...one.querySelectorAll('script[type="text/wxtag-template"]')];
    const root = one.attachShadow({ mode: "open" });
    const style = parts.find((part) => part.slot === "style");
    const rules = new CSSStyleSheet();
    rules.replaceSync(style ? style.textContent.replace(/<\/?style>/g, "") : "");
    root.adoptedStyleSheets = [rules];
    root.append(document.createRange().createContextualFragment(parts.find((part) => part !== style).textContent));
    one.addEventListener("click", () => {
      if (asking) return;
      tag = one;
      asking = frame("/open/subscribe", { appid: config.appId, templates: one.getAttribute("template") });
      Object.assign(asking.style, { position: "fixed", left: 0, right: 0, bottom: 0, width: "100%", height: "190px", border: 0, boxShadow: "0 -4px 24px #0004", zIndex: 9 });
    });
  };
  addEventListener("message", (event) => {
    if (event.origin !== base || !event.data) return;
    if (event.data.config) {
      const good = event.data.config === "ok";
      if (good && (config.openTagList || []).includes("wx-open-subscribe")) document.querySelectorAll("wx-open-subscribe").forEach(draw);
      for (const call of good ? readies : errors) call({ errMsg: event.data.config });
    }
    if (event.data.subscribe && asking) {
      asking.remove();
      asking = null;
      const details = Object.fromEntries(Object.entries(event.data.subscribe).map(([id, status]) => [id, JSON.stringify({ status })]));
      tag.dispatchEvent(new CustomEvent("success", { detail: { errMsg: "subscribe:ok", subscribeDetails: JSON.stringify(details) } }));
    }
  });
  window.wx = { config: check, ready: (call) => readies.push(call), error: (call) => errors.push(call) };
})();
