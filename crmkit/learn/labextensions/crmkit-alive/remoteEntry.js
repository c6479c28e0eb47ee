// A lesson of the course without code comes alive when it is opened: all its cells are run.
// JupyterLab has no setting for it. This is what a built extension comes to, small enough to read.
(() => {
  let shared;
  const from = async (name) => (await Object.values(shared[name])[0].get())();

  // every cell of code is folded: there is nothing to read before running it
  const withoutCode = (cells) => {
    const code = cells.filter((cell) => cell.cell_type === "code");
    return code.length > 0 && code.every((cell) => cell.metadata?.jupyter?.source_hidden);
  };

  const plugin = (INotebookTracker, NotebookActions) => ({
    id: "crmkit-alive:plugin",
    autoStart: true,
    requires: [INotebookTracker],
    activate: (_app, tracker) => {
      const style = document.createElement("style");
      // folded code is a thin line: whoever is curious may click it
      style.textContent = `.jp-InputPlaceholder .jp-PlaceholderText { display: none !important; }
        .jp-InputPlaceholder { min-height: 0 !important; height: 10px; border: 0 !important; background: none !important; opacity: .4; }
        .jp-InputPlaceholder svg { height: 10px; } .jp-InputPlaceholder:hover { opacity: 1; }
        .jp-CodeCell:has(.jp-InputPlaceholder) .jp-OutputPrompt { visibility: hidden; }`;
      document.head.append(style);
      tracker.widgetAdded.connect(async (_tracker, panel) => {
        await panel.context.ready;
        const { metadata, cells } = panel.context.model.toJSON();
        if (!metadata.crmkit || !withoutCode(cells)) return;
        await panel.sessionContext.ready;
        await panel.revealed;
        const code = panel.content.widgets.filter((cell) => cell.model.type === "code");
        await NotebookActions.runCells(panel.content, code, panel.sessionContext); // stays at the top
        await panel.context.save();
      });
    },
  });

  (window._JUPYTERLAB ??= {})["crmkit-alive"] = {
    init: (scope) => { shared = scope; },
    get: async () => {
      const { INotebookTracker, NotebookActions } = await from("@jupyterlab/notebook");
      return () => ({ __esModule: true, default: plugin(INotebookTracker, NotebookActions) });
    },
  };
})();
