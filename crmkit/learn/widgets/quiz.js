// A quiz: one form per question. All words arrive as text and are shown as text.
function make(tag, props = {}, ...children) {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  // keys pressed here belong to the form, not to JupyterLab's shortcuts
  if ("disabled" in node) node.dataset.lmSuppressShortcuts = "true";
  return node;
}

function choices(question, given, name) {
  const type = question.kind === "single" ? "radio" : "checkbox";
  const chosen = [].concat(given ?? []);
  const inputs = question.options.map((option) =>
    make("input", { type, name, value: option.id, checked: chosen.includes(option.id) }));
  const labels = question.options.map((option, n) =>
    make("label", { className: "option" }, inputs[n], option.text));
  const read = () => {
    const values = inputs.filter((input) => input.checked).map((input) => input.value);
    return type === "radio" ? values[0] ?? null : values;
  };
  return [labels, read];
}

function number(question, given) {
  const input = make("input", { type: "text", inputMode: "decimal", value: given ?? "", autocomplete: "off" });
  input.setAttribute("aria-label", question.ask);
  return [[input, " ", question.unit], () => input.value];
}

function order(question, given, name, words) {
  const list = make("ol", { className: "order" });
  const byId = new Map(question.options.map((option) => [option.id, option]));
  let ids = given ?? question.options.map((option) => option.id);
  const move = (place, by) => {
    const [id] = ids.splice(place, 1);
    ids.splice(place + by, 0, id);
    draw();
    const again = list.children[place + by].querySelectorAll("button");
    (by < 0 ? again[0] : again[1]).focus();
  };
  function draw() {
    list.replaceChildren(...ids.map((id, place) => {
      const text = byId.get(id).text;
      const button = (sign, word, by, last) => {
        const node = make("button", { type: "button" }, sign);
        node.setAttribute("aria-label", `${word}: ${text}`);
        if (last) node.setAttribute("aria-disabled", "true");
        node.addEventListener("click", () => last || move(place, by));
        return node;
      };
      return make("li", {}, text,
        button("↑", words.up, -1, place === 0), button("↓", words.down, 1, place === ids.length - 1));
    }));
  }
  ids = [...ids];
  draw();
  return [[list], () => ids];
}

function match(question, given, name, words) {
  const selects = question.lefts.map((left) => {
    const select = make("select", {}, make("option", { value: "" }, `– ${words.choose} –`),
      ...question.options.map((right) => make("option", { value: right.id }, right.text)));
    select.value = given?.[left.id] ?? "";
    return select;
  });
  const labels = question.lefts.map((left, n) =>
    make("label", { className: "pair" }, make("span", {}, left.text), selects[n]));
  const read = () => Object.fromEntries(
    question.lefts.map((left, n) => [left.id, selects[n].value]).filter(([, right]) => right));
  return [labels, read];
}

const KINDS = { single: choices, multiple: choices, number, order, match };

function render({ model, el }) {
  const shown = model.get("shown");
  const root = make("section", { className: "crmkit-form", lang: shown.language });
  root.setAttribute("aria-label", shown.title);
  const verdicts = new Map();
  const forms = shown.questions.map((question) => {
    const name = `${question.id}-${Math.random().toString(36).slice(2)}`;
    const [parts, read] = KINDS[question.kind](question, shown.answers[question.id], name, shown.words);
    const verdict = make("p", { className: "verdict" });
    verdict.setAttribute("role", "status");
    verdicts.set(question.id, verdict);
    const form = make("form", { noValidate: true },
      make("fieldset", {}, make("legend", {}, question.ask), ...parts,
        make("div", {}, make("button", { type: "submit" }, shown.words.check)), verdict));
    form.dataset.question = question.id;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      model.send({ question: question.id, answer: read() });
    });
    return form;
  });
  const score = make("p", { className: "score" });
  score.setAttribute("role", "status");
  root.append(make("h3", {}, shown.title), ...forms, score);
  const update = () => {
    const now = model.get("shown");
    for (const [id, { right, text }] of Object.entries(now.verdicts)) {
      const verdict = verdicts.get(id);
      const words = `${right ? "✓" : "✗"} ${text}`;
      if (verdict && verdict.textContent !== words) {
        verdict.textContent = words;
        verdict.className = `verdict ${right ? "right" : "wrong"}`;
      }
    }
    score.textContent = now.problem || now.score;
  };
  model.on("change:shown", update);
  update();
  el.append(root);
  return () => model.off("change:shown", update);
}

export default { render };
