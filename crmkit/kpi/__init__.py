"""The shop's key figures: what was sold, how customers judge it, whether they come back."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
