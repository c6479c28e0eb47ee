// Hints: a button opens one step after the other.
function render({ model, el }) {
  const root = document.createElement("section");
  root.className = "crmkit-form";
  root.lang = model.get("shown").language;
  const steps = document.createElement("div");
  steps.setAttribute("role", "log");
  const button = document.createElement("button");
  button.type = "button";
  // keys pressed here belong to the form, not to JupyterLab's shortcuts
  button.dataset.lmSuppressShortcuts = "true";
  button.addEventListener("click", () => model.send({ more: true }));
  root.append(steps, button);
  const update = () => {
    const now = model.get("shown");
    for (const text of now.steps.slice(steps.children.length)) {
      const step = document.createElement("p");
      step.className = "step";
      step.textContent = text;
      steps.append(step);
    }
    button.textContent = now.more;
    button.hidden = !now.more;
  };
  model.on("change:shown", update);
  update();
  el.append(root);
  return () => model.off("change:shown", update);
}

export default { render };
