// A conversation: what was said, and a button for every reply there is.
function make(tag, props = {}, ...children) {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  // keys pressed here belong to the form, not to JupyterLab's shortcuts
  if ("disabled" in node) node.dataset.lmSuppressShortcuts = "true";
  return node;
}

function render({ model, el }) {
  const root = make("section", { className: "crmkit-form", lang: model.get("shown").language });
  const setting = make("p");
  const said = make("ol", { className: "said" });
  const log = make("div", {}, said);
  log.setAttribute("role", "log");
  const choices = make("div");
  choices.setAttribute("role", "group");
  const end = make("div");
  const problem = make("p", { className: "verdict" });
  problem.setAttribute("role", "status");
  const title = make("h3");
  root.append(title, setting, log, choices, end, problem);

  const [open, close, colon] = root.lang === "zh" ? ["（", "）", "："] : [" (", ")", ": "];

  function line(one, words) {
    const who = one.mood ? `${one.who}${open}${one.mood}${close}` : one.who;
    const node = make("li", { className: one.mine ? "mine" : "" },
      make("span", { className: "who" }, who + colon), one.text);
    if (one.because) node.append(make("span", { className: "why" }, words.why + colon + one.because));
    return node;
  }

  function draw(first) {
    const now = model.get("shown");
    root.setAttribute("aria-label", now.title);
    title.textContent = now.title;
    setting.textContent = now.setting;
    const lines = now.said.map((one) => line(one, now.words));
    if (said.children.length && lines.length > said.children.length) {
      said.append(...lines.slice(said.children.length));
    } else {
      said.replaceChildren(...lines);
    }
    const buttons = now.replies.map((reply) => {
      const button = make("button", { type: "button", className: "reply" }, reply.text);
      button.dataset.reply = reply.id;
      button.addEventListener("click", () => model.send({ reply: reply.id }));
      return button;
    });
    choices.setAttribute("aria-label", now.words.replies);
    choices.hidden = !buttons.length;
    choices.replaceChildren(make("p", {}, now.words.replies), ...buttons);
    end.replaceChildren();
    if (now.outcome) {
      const again = make("button", { type: "button" }, now.words.again);
      again.addEventListener("click", () => model.send({ again: true }));
      end.append(make("p", { className: "outcome" }, make("strong", {}, now.outcome), " ", now.summary),
        make("ul", {}, ...now.scores.map((score) => make("li", {}, score))), again);
    }
    problem.textContent = now.problem ?? "";
    if (!first) (buttons[0] ?? end.querySelector("button"))?.focus();
  }

  const update = () => draw(false);
  model.on("change:shown", update);
  draw(true);
  el.append(root);
  return () => model.off("change:shown", update);
}

export default { render };
