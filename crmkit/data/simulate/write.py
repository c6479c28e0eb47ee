"""The course shop as files, the same bytes every time (on the pinned versions)."""

import json
from pathlib import Path

import pandas as pd

from crmkit.data.simulate.shop import SEED, Shop, make_shop
from crmkit.data.simulate.truth import make_truth


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """One frame as Parquet with every writer option fixed."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame, preserve_index=False)
    pq.write_table(
        table,
        path,
        version="2.6",
        compression="zstd",
        compression_level=12,
        use_dictionary=True,
        write_statistics=True,
        row_group_size=1 << 20,
        data_page_version="1.0",
    )


def write_shop(folder: Path, seed: int = SEED) -> Shop:
    """Make the course shop and write all its files into `folder`; returns the shop."""
    shop = make_shop(seed)
    for language in shop.texts:
        (folder / language).mkdir(parents=True, exist_ok=True)
    for name, frame in shop.tables.items():
        write_parquet(frame, folder / f"{name}.parquet")
    for language, frames in shop.texts.items():
        for name, frame in frames.items():
            write_parquet(frame, folder / language / f"{name}.parquet")
    text = json.dumps(make_truth(shop), indent=2, ensure_ascii=False)
    (folder / "truth.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    return shop
