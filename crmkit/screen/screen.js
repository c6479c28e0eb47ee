// Draws the tree of parts that Python sends with native HTML, and tells Python what was done.
// All words arrive as text and are shown as text.
const SIGNS = { right: "✓", wrong: "✗", open: "○", noted: "•", info: "", warning: "!", error: "!" };
const NUMBER = /^([¥−+-]*[\d.,]+%?|–)$/;
const DAY = /^\d{4}-\d\d-\d\d/;
const MARK = Math.random().toString(36).slice(2);
let serial = 0;

const el = (tag, attrs = {}, ...kids) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "style") node.style.cssText = value; // as a page allows it that forbids inline styles
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...kids.filter((kid) => kid || kid === 0));
  return node;
};

// keys pressed in a control belong to it, not to JupyterLab's shortcuts
const control = (tag, attrs, ...kids) => el(tag, { "data-lm-suppress-shortcuts": "true", ...attrs }, ...kids);
const icon = (name) => name && el("span", { class: `ck-icon ck-icon-${name}`, "aria-hidden": "true" });
const keys = (shortcut) => shortcut && el("kbd", { "aria-hidden": "true" }, shortcut);

const DRAW = {
  card: (n, kids) => el("section", { class: "ck-card", "aria-label": n.title }, n.title && el("h3", {}, icon(n.icon), n.title), ...kids),
  row: (n, kids) => el("div", { class: "ck-row" }, ...kids),
  tools: (n, kids) => el("span", { class: "ck-tools" }, ...kids),
  col: (n, kids) => el("div", { class: "ck-col", style: n.grow ? `flex:${n.grow} 1 ${n.grow > 1 ? 22 : 16}rem` : undefined }, ...kids),
  form: (n, kids) => el("form", { class: "ck-form", novalidate: true, "data-act": n.act, "data-arg": JSON.stringify(n.arg ?? null), "data-once": n.once }, ...kids),
  group: (n, kids) => el("fieldset", { class: "ck-group", "data-question": n.id }, el("legend", {}, n.label), ...kids),
  head: (n) => el("h4", {}, n.text),
  text: (n) => el(n.kind === "big" ? "output" : "p", { class: n.kind ? `ck-${n.kind}` : undefined }, n.text),
  code: (n) => el("pre", { class: "ck-code", tabindex: "0" }, n.text),
  link: (n) => el("a", { href: n.href }, n.text),
  chip: (n) => el("span", { class: `ck-chip ck-is-${n.state}` }, icon(n.icon), n.text),
  stat: (n) => el("div", { class: "ck-stat" }, el("span", {}, n.label), el("b", {}, n.text), n.note && el("small", {}, n.note),
    n.share !== undefined && el("progress", { value: Math.max(0, Math.min(1, n.share)), max: 1, "aria-label": n.label })),
  facts: (n) => el("dl", { class: "ck-facts" }, ...n.pairs.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))),
  slip: (n) => el("div", { class: "ck-paper", "data-title": n.button }, el("pre", { class: "ck-slip", tabindex: "0" }, n.text),
    control("button", { type: "button", class: "ck-btn ck-plain", "data-print": true }, icon("print"), n.button)),
  board: (n, kids) => el("div", { class: "ck-board" }, ...kids),
  tabs: (n) => el("nav", { class: "ck-tabs", "aria-label": n.label }, ...n.options.map(([value, words]) =>
    control("button", { type: "button", "data-act": n.act, "data-arg": JSON.stringify(value), "aria-current": value === n.value ? "page" : undefined }, words))),
  message: (n) => el("p", { class: `ck-message ck-${n.state}`, role: n.state === "error" ? "alert" : "status" },
    n.text && SIGNS[n.state] && el("b", {}, SIGNS[n.state] + " "), n.text),
  field: (n, kids, id) => {
    const key = `${id}-${n.name}`;
    const told = [n.help && `${key}-help`, n.problem && `${key}-problem`].filter(Boolean).join(" ");
    const attrs = { id: key, name: n.name, autocomplete: n.kind === "password" ? "current-password" : "off", "data-rev": n.rev, "data-value": n.value, "data-act": n.act,
      "data-scan": n.scan, "data-live": n.live, "data-focus": n.focus, "data-next": n.next, "data-shortcut": n.shortcut, "aria-keyshortcuts": n.shortcut,
      "aria-invalid": n.wrong ? "true" : undefined, "aria-describedby": told || undefined };
    const input = n.lines ? control("textarea", { ...attrs, rows: n.lines, maxlength: 20000 })
      : control("input", { ...attrs, type: n.kind || "text", inputmode: n.numeric ? "decimal" : undefined, maxlength: n.kind === "date" ? undefined : 2000 });
    return el("div", { class: "ck-field" }, el("label", { for: key }, n.label, keys(n.shortcut)),
      el("span", { class: "ck-input" }, input, n.unit && el("span", { class: "ck-unit" }, n.unit)),
      n.help && el("small", { id: `${key}-help`, class: "ck-help" }, n.help), n.problem && el("small", { id: `${key}-problem`, class: "ck-problem", role: "status" }, n.problem));
  },
  button: (n, kids, id) => {
    const why = n.why && `${id}-why-${n.act}-${String(n.arg ?? "").replace(/\W/g, "")}`;
    const button = control("button", { type: n.act ? "button" : "submit", class: `ck-btn ck-${n.kind || "plain"}`, "data-act": n.act, "data-once": n.once,
      "data-arg": JSON.stringify(n.arg ?? null), disabled: n.disabled, "aria-disabled": n.why ? "true" : undefined, "aria-describedby": why || undefined,
      "aria-label": n.says, "data-every": n.every, "data-focus": n.focus, "data-shortcut": n.shortcut, "aria-keyshortcuts": n.shortcut }, icon(n.icon), n.text, keys(n.shortcut));
    return why ? el("span", { class: "ck-with-why" }, button, el("small", { id: why }, icon("lock"), n.why)) : button;
  },
  choice: (n, kids, id) => el("fieldset", { class: "ck-choice" }, n.label && el("legend", {}, n.label), ...n.options.map(([value, words]) =>
    el("label", {}, control("input", { type: n.many ? "checkbox" : "radio", name: `${id}-${n.name}`, "data-name": n.name, value,
      "data-act": n.act, "data-rev": n.rev, "data-on": (n.many ? (n.value || []).includes(value) : n.value === value) }), el("span", {}, words)))),
  select: (n, kids, id) => {
    const key = `${id}-${n.name}`;
    return el("div", { class: "ck-field" }, el("label", { for: key }, n.label),
      control("select", { id: key, name: n.name, "data-act": n.act, "data-rev": n.rev, "data-value": n.value },
        ...n.options.map(([value, words]) => el("option", { value }, words))));
  },
  slider: (n, kids, id) => {
    const key = `${id}-${n.name}`;
    return el("div", { class: "ck-field ck-slider" }, el("label", { for: key }, n.label, " ", el("output", { for: key }, n.says)),
      control("input", { type: "range", id: key, name: n.name, min: n.low, max: n.high, step: n.step, "data-value": n.value, "data-live": n.act, "aria-valuetext": n.says }));
  },
  items: (n, kids) => {
    const list = el(n.ordered ? "ol" : "ul", { class: n.kind ? `ck-${n.kind}` : undefined }, ...kids.map((kid) => el("li", {}, kid)));
    return n.kind === "talk" ? el("div", { role: "log" }, list) : list;
  },
  table: (n, kids, id) => {
    const numbers = n.heads.map((_head, at) => n.rows.every((cells) => typeof cells[at] === "string" && NUMBER.test(cells[at]))
      && n.rows.some((cells) => /\d/.test(cells[at])));
    return el("div", { class: n.rows.length > 30 ? "ck-scroll ck-long" : "ck-scroll", tabindex: "0", role: "region", "aria-label": n.title },
    el("table", {}, el("caption", {}, n.title), el("thead", {}, el("tr", {}, ...n.heads.map((h, at) => h ? el("th", { scope: "col", class: numbers[at] ? "ck-num" : undefined }, h) : el("td")), n.bars && el("td", {}))),
      el("tbody", {}, ...n.rows.map((cells, at) => el("tr", {}, ...cells.map((cell, column) =>
        el("td", { class: numbers[column] ? "ck-num" : DAY.test(cell) ? "ck-day" : undefined }, draw(cell, `${id}-${at}`))),
      n.bars && el("td", { class: "ck-bar", "aria-hidden": "true" }, el("i", { style: `width:${Math.round(100 * Math.max(0, Math.min(1, n.bars[at])))}%` })))))));
  },
  dialog: (n, kids) => el("dialog", { "aria-label": n.title, "data-open": n.open, "data-close": n.close, class: n.wide ? "ck-whole" : undefined }, el("h3", {}, n.title), ...kids),
  picture: (n) => el("div", { class: "ck-scroll", tabindex: "0" }, el("img", { class: "ck-picture", src: n.src, alt: n.says })),
  printable: (n, kids) => el("div", { "data-title": n.title }, ...kids, control("button", { type: "button", class: "ck-btn ck-plain", "data-print": true }, n.text)),
  way: (n) => el("div", { class: "ck-way" }, el("progress", { value: n.done, max: n.total || 1, "aria-label": n.text }), el("span", {}, n.text)),
  said: (n) => el("div", { class: n.mine ? "ck-said ck-mine" : "ck-said" }, el("b", {}, n.who), n.text, n.why && el("small", {}, n.why)),
};

function draw(n, id) {
  if (typeof n === "string") return document.createTextNode(n);
  return DRAW[n.t](n, (n.of || []).map((kid) => draw(kid, id)), id);
}

// puts into a control what Python says; afterwards it is the person's until `rev` changes
function fill(node) {
  if (node.type === "radio" || node.type === "checkbox") node.checked = "on" in node.dataset;
  else if ("value" in node.dataset) node.value = node.dataset.value;
}

// what makes two nodes the same one: their kind, and what is filled in inside them
const kin = (node) => node.nodeType === 3 ? "#" : [node.nodeName, node.id, node.classList[0], node.dataset.act,
  ...[...node.querySelectorAll("input, textarea, select")].map((one) => one.id || one.name)].join(" ");

// the places at which two lists go together, in order (the longest common subsequence)
function together(was, now) {
  let from = 0, [m, n] = [was.length, now.length];
  while (from < m && from < n && was[from] === now[from]) from++;
  while (m > from && n > from && was[m - 1] === now[n - 1]) m--, n--;
  const found = Array.from({ length: from }, (_, at) => [at, at]);
  if ((m - from) * (n - from) < 1e5) {
    const best = Array.from({ length: m - from + 1 }, () => new Uint16Array(n - from + 1));
    for (let i = m - from - 1; i >= 0; i--)
      for (let j = n - from - 1; j >= 0; j--)
        best[i][j] = was[from + i] === now[from + j] ? best[i + 1][j + 1] + 1 : Math.max(best[i + 1][j], best[i][j + 1]);
    for (let i = 0, j = 0; i < m - from && j < n - from;) {
      if (was[from + i] === now[from + j]) found.push([from + i++, from + j++]);
      else if (best[i + 1][j] >= best[i][j + 1]) i++;
      else j++;
    }
  }
  for (let at = 0; m + at < was.length; at++) found.push([m + at, n + at]);
  return found;
}

// a message that comes or goes above a form must not cost what was typed below it
function patchKids(old, neu) {
  const [was, now] = [[...old.childNodes], [...neu.childNodes]];
  let [i, j] = [0, 0];
  for (const [at, to] of [...together(was.map(kin), now.map(kin)), [was.length, now.length]]) {
    const [gone, come] = [was.slice(i, at), now.slice(j, to)];
    come.forEach((kid, k) => (gone[k] ? patch(gone[k], kid) : old.insertBefore(kid, was[at] ?? null)));
    gone.slice(come.length).forEach((kid) => kid.remove());
    if (at < was.length) patch(was[at], now[to]);
    [i, j] = [at + 1, to + 1];
  }
}

function patch(old, neu) {
  if (old.nodeType !== neu.nodeType || old.nodeName !== neu.nodeName || old.id !== neu.id) return void old.replaceWith(neu);
  if (old.nodeType === 3) return void (old.data !== neu.data && (old.data = neu.data));
  const again = old.dataset.rev !== neu.dataset.rev || (old.name ?? "") !== (neu.name ?? "") || ("on" in old.dataset && old.value !== neu.value);
  for (const { name } of [...old.attributes]) if (!neu.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  for (const { name, value } of neu.attributes) {
    if (old.getAttribute(name) === value) continue;
    if (name === "style") old.style.cssText = value;
    else old.setAttribute(name, value);
  }
  patchKids(old, neu);
  if (again && "rev" in neu.dataset && !old.ckSince) fill(old);
}

// a page of its own to print: what stands beside the button, and nothing else
function print(button, lang) {
  const page = window.open("", "_blank"), sheet = button.parentElement.cloneNode(true);
  if (!page) return;
  sheet.querySelector("[data-print]").remove();
  page.document.documentElement.lang = lang;
  page.document.title = button.parentElement.dataset.title;
  page.document.head.append(el("style", {}, "@page{size:A5;margin:15mm}body{font:14px/1.6 system-ui,'Noto Sans CJK SC','Microsoft YaHei',sans-serif}"
    + "table{border-collapse:collapse;width:100%}caption{font-weight:600;text-align:start;padding-bottom:.5rem}td,th{text-align:start;border-bottom:1px solid #bbb;padding:.25rem .5rem}thead{display:none}"));
  page.document.body.append(page.document.adoptNode(sheet));
  page.print();
}

function valuesOf(scope) {
  const values = {};
  for (const node of scope.querySelectorAll("input, textarea, select")) {
    const name = node.dataset.name || node.name;
    if (node.type === "checkbox") (values[name] ??= []), node.checked && values[name].push(node.value);
    else if (node.type === "radio") node.checked ? (values[name] = node.value) : (values[name] ??= "");
    else values[name] = node.value;
  }
  return values;
}

// One message at a time: the next goes out when the last was done. Scans that wait meanwhile go together.
function post(model, idle) {
  const me = `${MARK}${++serial}`, waiting = [];
  let [n, sent] = [0, null];
  const next = () => {
    if (sent || !waiting.length) return;
    sent = { ...waiting.shift(), from: me, n: ++n };
    model.send(sent);
  };
  const done = () => {
    if (!sent || model.get("done") !== `${me}:${sent.n}`) return;
    sent = null;
    next();
    if (!sent) idle();
  };
  return { done, send(message, scan) {
    const last = waiting.at(-1);
    if (scan && last?.scan && last.act === message.act) last.arg.push(...message.arg);
    else waiting.push({ ...message, scan });
    next();
  } };
}

export default {
  render({ model, el: root }) {
    const id = `ck${MARK}-${++serial}`; // several notebooks may be open in one page
    const { send: tell, done } = post(model, () => {
      root.removeAttribute("aria-busy");
      for (const form of root.querySelectorAll("form[data-changed=sent]")) form.removeAttribute("data-changed");
    });
    let pause, clock;
    root.classList.add("ck");
    root.lang = model.get("language") === "en" ? "en" : "zh-CN";
    const show = () => {
      const had = root.contains(document.activeElement);
      const fresh = el("div", {}, draw(model.get("tree"), id));
      if (root.firstChild) patch(root.firstChild, fresh);
      else root.append(fresh);
      for (const node of root.querySelectorAll("input, textarea, select")) if (!node.ckFilled) (node.ckFilled = true), fill(node);
      for (const node of root.querySelectorAll("dialog")) {
        if ("open" in node.dataset && !node.open) node.showModal(), node.querySelector("[data-focus]")?.focus();
        if (!("open" in node.dataset) && node.open) node.close();
      }
      // what had the focus is gone: go on where the screen goes on
      const at = document.activeElement;
      if (had && (!root.contains(at) || at.getAttribute("aria-disabled") || at.disabled)) {
        const next = root.querySelector("[data-focus]");
        next?.focus(), next?.select?.(); // what is typed or scanned now takes the place of what stands there
      }
    };
    const send = (act, arg, from, once, scan) => {
      clearTimeout(pause); // looking over what was typed would wipe the answer to what is done now
      const form = from.closest("form");
      if (form?.hasAttribute("data-changed")) form.setAttribute("data-changed", "sent"); // until the new verdict is there
      root.setAttribute("aria-busy", "true");
      const scope = from.closest("dialog, form") || root;
      for (const node of scope.querySelectorAll("input, textarea")) node.ckSince = false;
      const values = valuesOf(scope), text = from !== form && scope.querySelector("textarea");
      if (text) values.caret = text.selectionStart; // where a button may put something in
      tell({ act, arg, once, values }, scan);
    };
    const follow = () => { // what follows by itself does so while somebody may be looking
      const node = root.querySelector("[data-every]");
      clearTimeout(clock);
      if (node) clock = setTimeout(() => { if (!document.hidden && node.isConnected && !root.hasAttribute("aria-busy")) press(node); follow(); }, 1000 * node.dataset.every);
    };
    const press = (node) => { if (!node.hasAttribute("aria-disabled")) send(node.dataset.act, JSON.parse(node.dataset.arg), node, node.dataset.once); };
    root.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopPropagation();
      const button = event.submitter || event.target.querySelector("button[type=submit]");
      if (button?.hasAttribute("aria-disabled")) return;
      const first = event.target.querySelector("[data-next]");
      if (first && root.hasAttribute("aria-busy") && ![...event.target.elements].some((node) => node.value?.trim())) return; // pressed twice
      send(event.target.dataset.act, JSON.parse(event.target.dataset.arg), event.target, event.target.dataset.once);
      if (!first) return;
      for (const node of event.target.querySelectorAll("input, textarea")) node.value = "";
      first.focus();
    });
    root.addEventListener("click", (event) => {
      const paper = event.target.closest("button[data-print]");
      if (paper) return print(paper, root.lang);
      const button = event.target.closest("button[data-act]");
      if (button) press(button);
    });
    // what is typed while Python is busy with the last is the next, and stays
    root.addEventListener("input", (event) => { if (/INPUT|TEXTAREA/.test(event.target.nodeName) && !/radio|checkbox/.test(event.target.type)) event.target.ckSince = true; });
    // a verdict is of what was checked, not of what stands there now
    root.addEventListener("input", (event) => event.target.closest("form")?.setAttribute("data-changed", ""));
    root.addEventListener("change", (event) => {
      const node = event.target;
      if (node.dataset.act && (node.type === "radio" || node.type === "checkbox" || node.nodeName === "SELECT")) send(node.dataset.act, node.value, node);
    });
    root.addEventListener("input", (event) => {
      const node = event.target;
      if (!node.dataset.live) return;
      clearTimeout(pause);
      pause = setTimeout(() => send(node.dataset.live, node.value, node), 200);
    });
    root.addEventListener("keydown", (event) => {
      event.stopPropagation();
      shortcut(event);
      const node = event.target;
      if (event.key === "Enter" && !event.isComposing && "next" in node.dataset) {
        const [after] = [...node.form.querySelectorAll("input")].filter((one) => node.compareDocumentPosition(one) & 4);
        if (after && !after.value.trim()) return event.preventDefault(), after.focus();
      }
      if (event.key !== "Enter" || event.isComposing || node.nodeName !== "INPUT" || !node.dataset.act || /radio|checkbox/.test(node.type)) return;
      event.preventDefault();
      const typed = node.value;
      if (!("scan" in node.dataset)) return send(node.dataset.act, typed, node);
      node.value = ""; // at once: waiting for Python would lose the next digits
      if (typed.trim()) send(node.dataset.act, [typed], node, undefined, true);
    });
    // keys of a till work wherever on the page the focus is
    const shortcut = (event) => {
      if (event.defaultPrevented || !/^(F\d+)$/.test(event.key)) return;
      const within = [...root.querySelectorAll("dialog[open]")].at(-1) || root;
      const node = within.querySelector(`[data-shortcut="${event.key}"]`);
      if (!node) return;
      event.preventDefault();
      if (node.nodeName === "BUTTON") press(node);
      else node.focus(), node.select?.();
    };
    const elsewhere = (event) => { if (document.activeElement === document.body && root.isConnected) shortcut(event); };
    document.addEventListener("keydown", elsewhere);
    root.addEventListener("cancel", (event) => { event.preventDefault(); send(event.target.dataset.close || "close", null, event.target); }, true);
    model.on("change:tree", show);
    model.on("change:tree", follow);
    model.on("change:done", done);
    show();
    follow();
    return () => {
      clearTimeout(clock);
      model.off("change:tree", follow);
      model.off("change:tree", show);
      model.off("change:done", done);
      document.removeEventListener("keydown", elsewhere);
    };
  },
};
