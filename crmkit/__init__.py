"""crmkit: what a shop's staff need to look after customers and read the shop's numbers.

>>> import crmkit as ck
>>> ck.set_language("en")
>>> sales = ck.load("sales")

The analysis modules (``ck.kpi``, ``ck.segment`` …) load on first use, so importing stays quick.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
