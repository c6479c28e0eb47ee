// Draws the screens of a page and keeps the line to the server; what is on its way when the line
// breaks is sent again, and the server does it once.
import screen from "./screen.js";

const root = document.documentElement;
const trees = JSON.parse(document.getElementById("trees")?.textContent || "{}");
const models = new Map();
// a board that follows what happens
const again = Number(document.body.dataset.refresh);
if (again) setTimeout(() => location.reload(), 1000 * again);
const lost = document.getElementById("lost");
let socket, wait = 250;

// what is wider than the screen says that it can be slid
const slides = () => {
  for (const one of document.querySelectorAll(".ck-scroll, .prose table, .prose figure")) {
    if (one.scrollWidth > one.clientWidth + 2) one.dataset.more = document.body.dataset.slide;
    else delete one.dataset.more;
  }
};
addEventListener("resize", slides);
addEventListener("load", slides);

// how far one is on the way, and what comes next, follow what was just answered
let soon;
const follow = () => {
  clearTimeout(soon);
  soon = setTimeout(async () => {
    const answer = await fetch(location.pathname).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of ["nav.way", "footer.on"]) {
      const now = document.querySelector(part), then = page.querySelector(part);
      if (now && then && !now.contains(document.activeElement)) now.replaceChildren(...then.childNodes);
    }
  }, 500);
};

const connect = () => {
  const page = encodeURIComponent(location.pathname);
  socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/live?page=${page}`);
  socket.onopen = () => {
    wait = 250;
    lost.hidden = true;
    for (const model of models.values()) if (model.sent) socket.send(model.sent);
  };
  socket.onmessage = (event) => {
    const { screen: number, tree, done } = JSON.parse(event.data);
    const model = models.get(String(number));
    if (!model) return;
    model.state.tree = tree;
    model.tell("tree");
    requestAnimationFrame(slides);
    if (!done) return;
    model.sent = null;
    model.state.done = done;
    model.tell("done");
    if (document.body.hasAttribute("data-lesson")) follow();
  };
  socket.onclose = (event) => {
    if (event.code === 4404) return location.reload();
    lost.hidden = false;
    setTimeout(connect, wait);
    wait = Math.min(5000, 2 * wait);
  };
};

for (const place of document.querySelectorAll("[data-screen]")) {
  const number = place.dataset.screen, heard = { tree: [], done: [] };
  const model = {
    state: { tree: trees[number], language: root.lang.startsWith("en") ? "en" : "zh" },
    sent: null,
    get: (name) => model.state[name],
    on: (event, act) => heard[event.split(":")[1]].push(act),
    off: () => {},
    tell: (name) => heard[name].forEach((act) => act()),
    send: (message) => {
      model.sent = JSON.stringify({ ...message, screen: Number(number) });
      if (socket?.readyState === WebSocket.OPEN) socket.send(model.sent);
    },
  };
  models.set(number, model);
  place.replaceChildren();
  screen.render({ model, el: place });
}
if (models.size) {
  connect();
  if (!root.querySelector("[data-lesson]")) root.querySelector("[data-focus]")?.focus();
}

document.addEventListener("submit", (event) => {
  const ask = event.target.dataset.ask;
  if (ask && !confirm(ask)) event.preventDefault();
});
