"""One chart for each answer, readable at projector size, in the language of the reader."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
