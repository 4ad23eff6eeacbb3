"use strict";
// One place of the desk: a title, the person who holds the phone, and the phone.

class Slot {
  constructor(title, people) {
    this.title = title;
    this.people = people;
    const kept = localStorage.getItem("slot " + title);
    this.key = people.some((p) => p.key === kept) ? kept : people[0].key;
    this.chat = "";
    this.waiting = 0;
    this.drawn = "";
    this.ticks = new Map();
    this.build();
  }

  build() {
    this.root = el("section", "slot");
    this.root.dataset.title = this.title;
    const who = el("div", "who");
    this.select = el("select");
    this.select.setAttribute("aria-label", this.title + "换人");
    for (const person of this.people) this.select.append(new Option(person.name, person.key));
    this.select.value = this.key;
    this.select.onchange = () => this.change(this.select.value);
    who.append(el("h2", "", this.title), this.select);
    this.phone = el("div", "phone");
    this.bar = el("div", "bar");
    this.talk = el("div", "talk");
    this.menu = el("div", "menu");
    this.write = el("form", "write");
    this.input = el("textarea");
    this.input.rows = 1;
    this.input.placeholder = "发消息";
    this.input.setAttribute("aria-label", this.title + "发消息");
    this.input.oninput = () => this.write.classList.toggle("ready", this.input.value.trim() !== "");
    this.input.onkeydown = (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.say(this.input.value);
      }
    };
    const send = el("button", "", "发送");
    send.type = "submit";
    this.write.onsubmit = (event) => {
      event.preventDefault();
      this.say(this.input.value);
    };
    this.write.append(this.input, send);
    this.readonly = el("div", "readonly");
    this.phone.append(this.bar, this.talk, this.menu, this.write, this.readonly);
    new ResizeObserver(() => (this.talk.scrollTop = this.talk.scrollHeight)).observe(this.talk);
    // Which phone is in hand decides whose cookies the browser carries.
    this.phone.addEventListener("mouseenter", () => this.sheet && post("wear", { phone: this.key }));
    this.root.append(who, this.phone);
  }

  change(key) {
    this.key = key;
    this.chat = "";
    this.drawn = "";
    this.ticks.clear();
    this.close();
    localStorage.setItem("slot " + this.title, key);
    refresh();
  }

  async doing(path, body) {
    this.waiting += 1;
    this.draw(this.data);
    const result = await post(path, { phone: this.key, chat: this.chat, ...body });
    this.waiting -= 1;
    if (result.open) this.open(result.open, true);
    await refresh();
    this.draw(this.data);
  }

  say(text) {
    if (!text.trim()) return;
    this.input.value = "";
    this.write.classList.remove("ready");
    this.doing("say", { text: text.trim() });
  }

  open(url, ready) {
    this.close();
    this.sheet = el("div", "sheet");
    const nav = el("div", "nav"), back = el("button", "", "‹ 返回"), frame = el("iframe");
    back.type = "button";
    back.onclick = () => this.close();
    nav.append(back, el("span", "", "网页"));
    frame.title = this.title + "打开的网页";
    frame.src = ready ? url : "/sim/open?as=" + encodeURIComponent(this.key) + "&to=" + encodeURIComponent(url);
    this.sheet.append(nav, frame);
    this.phone.append(this.sheet);
  }

  close() {
    if (this.sheet) this.sheet.remove();
    this.sheet = null;
  }

  get act() {
    return {
      open: (url) => this.open(url, false),
      tap: (bubble, choice) => this.doing("tap", { bubble: bubble.id, choice }),
    };
  }

  draw(data) {
    if (!data) return;
    this.data = data;
    if (!data.chats.some((c) => c.id === this.chat)) {
      this.chat = (data.chats.find((c) => c.writable) || data.chats[0] || { id: "" }).id;
    }
    const now = JSON.stringify([data, this.chat, this.waiting]);
    if (now === this.drawn) return;
    this.drawn = now;
    const chat = data.chats.find((c) => c.id === this.chat);
    this.phone.className = "phone " + data.kind;
    this.drawBar(data, chat);
    this.drawTalk(data, chat);
    this.drawMenu(chat);
    const writable = Boolean(chat && chat.writable && data.follows);
    this.write.hidden = !writable;
    this.write.style.display = writable ? "" : "none";
    this.readonly.style.display = writable ? "none" : "";
    this.readonly.textContent = data.follows ? (data.kind === "parent" ? "学校通知只收不发，请点开卡片" : "这里只收消息") : "未关注，收不到消息";
  }

  drawBar(data, chat) {
    const status = el("div", "status");
    status.append(el("span", "clocktext", $("hour").textContent), el("span", "", data.name));
    const house = { member: "企业微信", parent: "微信 · 学校通知", follower: "微信 · 公众号" }[data.kind];
    const follow = el("button", "foot", data.follows ? (data.kind === "member" ? "移出范围" : "取消关注") : data.kind === "member" ? "移入范围" : "关注");
    follow.type = "button";
    follow.onclick = () => this.doing("follow", {});
    this.bar.replaceChildren(status, el("div", "title", chat ? chat.title : "—"), el("div", "house", house), follow);
    if (data.chats.length > 1) {
      const chats = el("div", "chats");
      for (const one of data.chats) {
        const button = el("button", one.id === this.chat ? "on" : "", one.title);
        button.type = "button";
        const last = data.bubbles.filter((b) => b.chat === one.id && !b.mine).at(-1);
        this.read = this.read || new Map();
        if (one.id === this.chat && last) this.read.set(data.key + one.id, last.id);
        if (last && (this.read.get(data.key + one.id) || 0) < last.id) button.append(el("i"));
        button.onclick = () => {
          this.chat = one.id;
          this.draw(this.data);
        };
        chats.append(button);
      }
      this.bar.append(chats);
    }
  }

  drawTalk(data, chat) {
    const near = this.talk.scrollHeight - this.talk.scrollTop - this.talk.clientHeight < 160;
    const rows = [];
    let before = 0;
    for (const bubble of data.bubbles.filter((b) => b.chat === this.chat)) {
      const at = new Date(bubble.at).getTime();
      if (at - before > 300000 || at < before) rows.push(el("div", "when", clockText(bubble.at, true)));
      before = at;
      rows.push(this.drawRow(bubble, data, chat));
    }
    if (this.waiting || (chat && chat.typing)) {
      const row = el("div", "row"), box = el("div", "box"), dots = el("span", "dots");
      dots.append(el("i"), el("i"), el("i"));
      box.append(dots);
      row.append(el("div", "face", chat ? chat.title[0] : ""), box);
      rows.push(row);
    }
    if (!rows.length) rows.push(el("div", "empty", data.kind === "parent" ? "还没有学校通知" : "还没有消息\n发「帮助」试试"));
    this.talk.replaceChildren(...rows);
    const down = () => (this.talk.scrollTop = this.talk.scrollHeight);
    if (near || this.waiting || !this.shown) {
      down();
      // A picture has no height until it is loaded.
      for (const picture of this.talk.querySelectorAll("img")) picture.addEventListener("load", down, { once: true });
    }
    this.shown = true;
  }

  drawRow(bubble, data, chat) {
    const body = Paint.bubble(bubble, this.act, this.ticks);
    if (!body) return el("div", "greyline", "一条消息已撤回");
    if (bubble.kind === "line") return el("div", "greyline", bubble.text);
    if (bubble.kind === "event") return el("div", "greyline", "点了菜单「" + bubble.text + "」");
    const row = el("div", bubble.mine ? "row mine" : "row");
    row.append(el("div", "face", (bubble.mine ? data.name : chat.title)[0]), body);
    return row;
  }

  drawMenu(chat) {
    const cells = (chat ? chat.menu : []).map((top) => {
      const cell = el("div"), button = el("button", "", top.name + (top.sub_button ? " ≡" : ""));
      button.type = "button";
      cell.append(button);
      if (!top.sub_button) {
        button.onclick = () => this.doing("menu", { name: top.name });
        return cell;
      }
      const under = el("div", "under");
      for (const lower of top.sub_button) {
        const one = el("button", "", lower.name);
        one.type = "button";
        one.onclick = () => this.doing("menu", { name: lower.name });
        under.append(one);
      }
      button.onclick = () => {
        for (const other of this.menu.querySelectorAll(".under.on")) if (other !== under) other.classList.remove("on");
        under.classList.toggle("on");
      };
      cell.append(under);
      return cell;
    });
    this.menu.replaceChildren(...cells);
    this.menu.style.display = cells.length ? "" : "none";
  }
}
