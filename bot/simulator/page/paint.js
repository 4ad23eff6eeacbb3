"use strict";
// Bubbles to elements. Text never becomes markup: everything goes through textContent.

function el(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function clockText(iso, withDay, withSeconds) {
  const options = { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hour12: false };
  if (withSeconds) options.second = "2-digit";
  if (withDay) Object.assign(options, { month: "numeric", day: "numeric" });
  return new Intl.DateTimeFormat("zh-CN", options).format(new Date(iso));
}

const Paint = {
  // `act` holds what a tap does: say(word), tap(bubble, choice), open(url)
  segments(bubble, act) {
    const box = el("div", "box");
    for (const part of bubble.segments) {
      if (typeof part === "string") box.append(part);
      else box.append(this.word(part, bubble, act));
    }
    for (const link of bubble.menu) box.append(document.createTextNode("\n"), this.word(link, bubble, act));
    this.cutoff(box, bubble);
    return box;
  },

  word(link, bubble, act) {
    const button = el("button", "word", link.label);
    button.type = "button";
    button.onclick = () => (link.href ? act.open(link.href) : act.tap(bubble, link.word));
    return button;
  },

  cutoff(box, bubble) {
    if (bubble.truncated) box.append(el("span", "cutoff", "（超出长度，平台已截断）"));
  },

  markdown(bubble, act) {
    const box = el("div", "box");
    for (const line of bubble.text.split("\n")) {
      const heading = line.match(/^#{1,6} (.*)/), quote = line.match(/^> ?(.*)/);
      const row = el(heading ? "h3" : quote ? "blockquote" : "div");
      this.inline(row, heading ? heading[1] : quote ? quote[1] : line || "\u00a0", act);
      box.append(row);
    }
    return box;
  },

  inline(row, text, act) {
    const pattern = /\*\*(.+?)\*\*|\[(.+?)\]\((.+?)\)|`(.+?)`|<font color="(info|comment|warning)">(.*?)<\/font>/g;
    let start = 0;
    for (const found of text.matchAll(pattern)) {
      row.append(text.slice(start, found.index));
      if (found[1]) row.append(el("b", "", found[1]));
      else if (found[2]) {
        const link = el("a", "", found[2]);
        link.onclick = () => act.open(found[3]);
        row.append(link);
      } else if (found[4]) row.append(el("code", "", found[4]));
      else row.append(el("span", found[5], found[6]));
      start = found.index + found[0].length;
    }
    row.append(text.slice(start));
  },

  image(bubble) {
    const box = el("div", "box picture"), picture = el("img", "shot");
    picture.src = "/sim/media/" + bubble.media_id;
    picture.alt = "图片";
    box.append(picture);
    return box;
  },

  file(bubble) {
    const box = el("div", "box"), row = el("div", "filebox");
    row.append(el("b", "", bubble.file_name || "文件"), el("span", "", (bubble.file_name.split(".").pop() || "").toUpperCase()));
    box.append(row);
    return box;
  },

  description(node, text) {
    const pattern = /<div class="(gray|highlight|normal)">([\s\S]*?)<\/div>/g;
    const plain = (t) => t.replace(/<br\s*\/?>/g, "\n").replace(/<[^>]+>/g, "");
    let start = 0;
    for (const found of text.matchAll(pattern)) {
      node.append(plain(text.slice(start, found.index)), el("div", found[1], plain(found[2])));
      start = found.index + found[0].length;
    }
    node.append(plain(text.slice(start)));
  },

  articles(bubble, act) {
    const box = el("div", "box sheetcard"), [first, ...others] = bubble.articles;
    const go = (article) => () => article.url && act.open(article.url);
    if (first.picture) {
      const picture = el("img");
      picture.src = first.picture;
      picture.alt = "";
      picture.onerror = () => picture.replaceWith(el("div", "cover"));
      box.append(picture);
    }
    const inside = el("div", "in");
    inside.append(el("h4", "", first.title));
    const words = el("p");
    this.description(words, first.body);
    if (first.body) inside.append(words);
    box.append(inside);
    for (const article of others) {
      const row = el("button", "second");
      row.type = "button";
      row.append(el("span", "", article.title));
      row.onclick = go(article);
      box.append(row);
    }
    if (first.url) {
      box.classList.add("link");
      inside.onclick = go(first);
      const more = el("button", "more", first.button || "查看");
      more.type = "button";
      more.onclick = go(first);
      if (!others.length) box.append(more);
    }
    return box;
  },

  card(bubble, act, ticks) {
    const card = bubble.card, box = el("div", "box sheetcard"), inside = el("div", "in");
    if (card.source) inside.append(el("div", "source", card.source));
    inside.append(el("h4", "", card.title));
    if (card.emphasis) inside.append(el("div", "emphasis", card.emphasis));
    for (const text of [card.body, card.subtitle]) if (text) inside.append(el("p", "", text));
    if (card.quote) inside.append(el("blockquote", "", card.quote));
    if (card.rows.length) {
      const rows = el("dl");
      for (const [name, value] of card.rows) rows.append(el("dt", "", name), el("dd", "", value));
      inside.append(rows);
    }
    for (const selector of card.selectors) inside.append(this.selector(bubble, selector, ticks));
    box.append(inside);
    if (card.replaced) {
      box.append(this.press(card.replaced, "", null));
      return box;
    }
    for (const button of card.buttons) {
      const style = "s" + button.style;
      box.append(this.press(button.text, style, () => (button.url ? act.open(button.url) : act.tap(bubble, button.key))));
    }
    if (card.submit) {
      box.append(this.press(card.submit.text, "main", () => {
        const chosen = card.selectors.flatMap((s) => [...(ticks.get(bubble.id + s.key) || s.chosen)]);
        if (chosen.length) act.tap(bubble, chosen);
        else toast("先选一个再提交");
      }));
    }
    for (const link of card.links) {
      const row = el("button", "more", link.text);
      row.type = "button";
      row.onclick = () => link.url && act.open(link.url);
      box.append(row);
    }
    if (card.url) inside.onclick = () => act.open(card.url);
    return box;
  },

  press(text, style, action) {
    const button = el("button", "press " + style, text);
    button.type = "button";
    button.disabled = !action;
    button.onclick = action;
    return button;
  },

  selector(bubble, selector, ticks) {
    const place = bubble.id + selector.key, shut = selector.disabled || bubble.card.replaced;
    const chosen = new Set(ticks.get(place) || selector.chosen);
    const list = el("div", "options" + (shut ? " shut" : ""));
    if (selector.title) list.append(el("div", "gray", selector.title));
    for (const option of selector.options) {
      const label = el("label"), input = el("input");
      input.type = selector.multiple ? "checkbox" : "radio";
      input.name = groupName(bubble, selector);
      input.checked = chosen.has(option.id);
      input.disabled = Boolean(shut);
      label.classList.toggle("on", input.checked);
      input.onchange = () => {
        if (!selector.multiple) chosen.clear();
        if (input.checked) chosen.add(option.id);
        else chosen.delete(option.id);
        ticks.set(place, new Set(chosen));
        for (const other of list.querySelectorAll("label")) other.classList.toggle("on", other.firstChild.checked);
      };
      label.append(input, el("span", "", option.text));
      list.append(label);
    }
    return list;
  },

  bubble(bubble, act, ticks) {
    if (bubble.recalled) return null;
    if (bubble.kind === "card") return this.card(bubble, act, ticks);
    if (bubble.articles.length) return this.articles(bubble, act);
    if (bubble.kind === "image") return this.image(bubble);
    if (bubble.kind === "file" || bubble.kind === "voice") return this.file(bubble);
    if (bubble.kind === "markdown") return this.markdown(bubble, act);
    return this.segments(bubble, act);
  },
};

let groups = 0;
function groupName(bubble, selector) {
  return "g" + (groups += 1) + "-" + bubble.id + selector.key;
}
