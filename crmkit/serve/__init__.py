"""The course and the practice shop as pages in a browser: one process, no notebook in sight.

`crmkit page` shows lessons and exercises without code, and the desks of the practice shop. Prose,
tables and charts come from the built notebooks; what a learner does happens in the screens of the
kit. Nothing a learner wrote is ever run here, so these pages need no sandbox: only the course's own
cells are, once for a lesson. Answers and ``shop.db`` stand where JupyterLab would keep them.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs={"app": ["serve"]})
