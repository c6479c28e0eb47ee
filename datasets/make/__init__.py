"""The course shop as a generative model: each part one small named idea.

``stores``, ``products``, ``people`` say who and what there is; ``visits`` when people come;
``baskets`` what they want; ``stock`` what the shelves can serve; ``till`` what is paid;
``floor``, ``voices``, ``care``, ``browse`` what happens around it; ``the_case`` and
``campaigns`` what was planted; ``shop`` puts them together and ``write``
writes the files, ``many`` many times over for benchmarks.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "shop": ["SEED", "Shop", "make_shop"],
        "many": ["write_many"],
        "write": ["write_shop"],
    },
)
