"""Random draws that one part's changes never shift in another."""

from zlib import crc32

import numpy as np


def draws(seed: int, part: str, block: int = 0) -> np.random.Generator:
    """The generator of one named part of one block of stores."""
    return np.random.default_rng([seed, block, crc32(part.encode())])


def pick(rng: np.random.Generator, weights: np.ndarray, n: int) -> np.ndarray:
    """`n` positions drawn with these weights."""
    edges = np.cumsum(weights) / np.sum(weights)
    return np.minimum(np.searchsorted(edges, rng.random(n), side="right"), len(weights) - 1)


def pick_rows(rng: np.random.Generator, weights: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """For each row number in `rows` one position drawn with that row's weights (a matrix)."""
    edges = np.cumsum(weights, axis=1)
    edges /= edges[:, -1:]
    flat = (edges + np.arange(len(edges))[:, None]).ravel()
    u = rng.random(len(rows)) * (1 - 1e-12)
    found = np.searchsorted(flat, u + rows, side="right") - rows * weights.shape[1]
    return np.minimum(found, weights.shape[1] - 1)
