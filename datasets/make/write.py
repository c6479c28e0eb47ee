"""The course shop as files, the same bytes every time (on the pinned versions)."""

import json
import shutil
from pathlib import Path

import pandas as pd

from crmkit.practice.goods import spelled
from make.datasheet import datasheet
from make.raw import MONTH, make_raw
from make.shop import SEED, Shop, make_shop
from make.truth import make_truth

# tables as CSV for people, up to this many rows; of sales and payments the last month
SMALL = 20_000
_PARQUET = {
    "version": "2.6",
    "compression": "zstd",
    "compression_level": 12,
    "use_dictionary": True,
    "write_statistics": True,
    "data_page_version": "1.0",
}


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """One frame as Parquet with every writer option fixed."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(
        pa.Table.from_pandas(frame, preserve_index=False), path, row_group_size=1 << 20, **_PARQUET
    )


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """One frame as CSV that Excel opens: UTF-8 with its mark, days without a time."""
    frame = frame.copy()
    for column in frame.select_dtypes("datetime"):
        if (frame[column].dropna() == frame[column].dropna().dt.normalize()).all():
            frame[column] = frame[column].dt.strftime("%Y-%m-%d")
    path.write_bytes(frame.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig"))


def write_shop(folder: Path, seed: int = SEED) -> Shop:
    """Make the course shop and write all its files into `folder`; returns the shop.

    Files of an earlier run are replaced.
    """
    shop = make_shop(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for old in ("csv", "raw", *shop.texts):
        shutil.rmtree(folder / old, ignore_errors=True)
    for place, frames in ((folder, shop.tables), *((folder / k, v) for k, v in shop.texts.items())):
        (place / "csv").mkdir(parents=True, exist_ok=True)
        for name, frame in frames.items():
            write_parquet(frame, place / f"{name}.parquet")
            if len(frame) <= SMALL:
                write_csv(frame, place / "csv" / f"{name}.csv")
    letters = {name: spelled(name) for name in shop.texts["zh"]["products"]["name"]}
    (folder / "zh" / "initials.json").write_text(
        json.dumps(letters, ensure_ascii=False, indent=0) + "\n", encoding="utf-8", newline="\n"
    )
    sales, payments = shop.tables["sales"], shop.tables["payments"]
    month = sales[sales["sold_at"].dt.strftime("%Y-%m") == MONTH]
    write_csv(month, folder / "csv" / f"sales_{MONTH}.csv")
    paid = payments[payments["sale_id"].isin(month["sale_id"])]
    write_csv(paid, folder / "csv" / f"payments_{MONTH}.csv")

    truth = make_truth(shop)
    for language, texts in shop.texts.items():
        (folder / "raw" / language).mkdir(parents=True)
        exports = make_raw(shop.tables, texts, language, seed)
        for name, (_export, content) in exports.items():
            (folder / "raw" / language / name).write_bytes(content)
        counted = {
            name: {"clean_rows": export.clean_rows, "faults": export.faults}
            for name, (export, _content) in exports.items()
        }
        assert truth.setdefault("raw", counted) == counted, "the languages differ in their faults"
    for language, name in (("en", "DATASHEET.md"), ("zh", "DATASHEET.zh.md")):
        sheet = datasheet(shop, truth, language)
        (folder / name).write_text(sheet, encoding="utf-8", newline="\n")
    text = json.dumps(truth, indent=1, ensure_ascii=False)
    (folder / "truth.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    return shop
