"""ItemCF beside implicit's item-to-item recommenders: time and NDCG on the same split, in one run.

Run it with ``python tests/bench/item_cf_beside_implicit.py FOLDER [ENV]``: the folder that holds
online_retail.parquet, and where implicit's own environment is (made there if it is not).
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from item_cf import online_retail
from scipy.sparse import csr_matrix, load_npz, save_npz

from crmkit.recommend import ItemCF, Popular
from crmkit.recommend.purchases import Purchases

K = 10
THEIRS = """
import json, sys, time
import numpy as np
from scipy.sparse import load_npz
from implicit.nearest_neighbours import CosineRecommender, TFIDFRecommender
once, folder, k = load_npz(sys.argv[1]), sys.argv[2], int(sys.argv[3])
for kind in (CosineRecommender, TFIDFRecommender):
    best = None
    for _again in range(3):
        own = time.process_time()
        model = kind(K=20)
        model.fit(once, show_progress=False)
        everybody = np.arange(once.shape[0])
        items = model.recommend(everybody, once, N=k, filter_already_liked_items=True)[0]
        used = time.process_time() - own
        best = used if best is None else min(best, used)
    np.save(f"{folder}/{kind.__name__}.npy", items)
    print(json.dumps({"model": kind.__name__, "seconds": best}))
"""


def ndcg(items: np.ndarray, wanted: csr_matrix) -> float:
    """How well the products are ranked, averaged over the members who bought something new."""
    gain = 1 / np.log2(np.arange(2, K + 2))
    scores = []
    for member in np.flatnonzero(np.diff(wanted.indptr)):
        right = wanted.indices[wanted.indptr[member] : wanted.indptr[member + 1]]
        hits = np.isin(items[member], right)
        scores.append((hits * gain).sum() / gain[: len(right)].sum())
    return float(np.mean(scores))


def main(folder: str, env: str = "") -> None:
    """Both on the lines before the day, judged on the products new to the member after it."""
    lines = online_retail(Path(folder))
    before = lines[lines["sold_at"] < "2011-10-01"]
    after = lines[lines["sold_at"] >= "2011-10-01"]
    known = Purchases.of(before)
    member = known.buyers.get_indexer(after["member_id"])
    product = known.products.get_indexer(after["product_id"])
    there = (member >= 0) & (product >= 0)
    later = csr_matrix((np.ones(there.sum()), (member[there], product[there])), known.once.shape)
    wanted = ((later > 0).astype(int) - (later > 0).multiply(known.once > 0)).tocsr()
    wanted.eliminate_zeros()
    print(f"{len(before):,} lines, {known.once.shape[0]:,} members, top {K}; processor time")
    for model in (Popular(), ItemCF()):
        taken = []
        for _again in range(3):
            own = time.process_time()
            found = model.fit(before).recommend(k=K)
            taken.append(time.process_time() - own)
        items = np.full((known.once.shape[0], K), -1)
        rows = known.buyers.get_indexer(found["member_id"])
        items[rows, found["rank"] - 1] = known.products.get_indexer(found["product_id"])
        print(
            f"{type(model).__name__}: {min(taken):.2f} s from lines, NDCG {ndcg(items, wanted):.4f}"
        )
    with tempfile.TemporaryDirectory() as place:
        home = Path(env or f"{place}/env")
        if not (home / "bin/python").exists():
            subprocess.run([sys.executable, "-m", "venv", home], check=True)
            subprocess.run([home / "bin/pip", "install", "-q", "implicit"], check=True)
        save_npz(f"{place}/once.npz", known.once.astype("float64"))
        assert load_npz(f"{place}/once.npz").nnz == known.once.nnz
        asked = [home / "bin/python", "-c", THEIRS, f"{place}/once.npz", place, str(K)]
        done = subprocess.run(asked, check=True, capture_output=True, text=True)
        for told in map(json.loads, done.stdout.splitlines()):
            items = np.load(f"{place}/{told['model']}.npy")
            score = ndcg(items, wanted)
            print(
                f"implicit {told['model']}: {told['seconds']:.2f} s from matrix, NDCG {score:.4f}"
            )


if __name__ == "__main__":
    main(*sys.argv[1:])
