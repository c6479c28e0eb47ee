"""What lies on the shelves: how fast it turns, what runs out, what to reorder, move and clear."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
