"""How customers come, buy, stay away and come back, and what they are still worth."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
