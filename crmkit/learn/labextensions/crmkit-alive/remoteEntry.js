// A lesson of the course comes alive when it is opened: its folded cells are run, those that show
// the way and ask. What is there to be read and run by the learner is left to them.
// JupyterLab has no setting for it. This is what a built extension comes to, small enough to read.
(() => {
  let shared;
  const from = async (name) => (await Object.values(shared[name])[0].get())();

  const folded = ({ model }) => model.type === "code" && model.getMetadata("jupyter")?.source_hidden;

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
        if (!panel.context.model.getMetadata("crmkit")) return;
        await panel.sessionContext.ready;
        await panel.revealed;
        const cells = panel.content.widgets.filter(folded);
        if (!cells.length) return;
        await NotebookActions.runCells(panel.content, cells, panel.sessionContext); // stays at the top
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
