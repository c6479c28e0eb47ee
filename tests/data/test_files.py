"""The committed files are exactly what `crmkit data` writes, and people can open them."""

import os
import subprocess
import sys

import pandas as pd
import pyarrow.parquet as pq
import pytest

from crmkit.data import folder, table_names
from make import write_many

LIMIT = 30 * 1024 * 1024


def files(root):
    """The data's files by their place, without the factory."""
    found = {p.relative_to(root).as_posix(): p for p in sorted(root.rglob("*")) if p.is_file()}
    return {place: path for place, path in found.items() if not place.startswith("make/")}


def crmkit_data(*arguments, **env):
    return subprocess.run(
        [sys.executable, "-m", "crmkit", "data", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "200", **env},
    )


def test_everything_is_rebuilt_byte_for_byte(tmp_path):
    stale = tmp_path / "raw" / "zh" / "old.csv"
    stale.parent.mkdir(parents=True)
    stale.write_text("left over from an earlier version")
    ran = crmkit_data("--to", str(tmp_path), CRMKIT_LANG="zh")
    assert ran.returncode == 0, ran.stderr
    assert "生成课程店数据" in ran.stdout
    made, kept = files(tmp_path), files(folder())
    assert set(made) == set(kept)
    changed = [name for name in made if made[name].read_bytes() != kept[name].read_bytes()]
    assert not changed, f"run `crmkit data`: {changed}"


def test_all_of_it_stays_below_30_megabytes():
    assert sum(path.stat().st_size for path in files(folder()).values()) < LIMIT


@pytest.mark.parametrize("language", ["zh", "en"])
def test_csv_files_open_in_excel(language):
    for path in [*(folder() / "csv").glob("*.csv"), *(folder() / language / "csv").glob("*.csv")]:
        content = path.read_bytes()
        assert content.startswith(b"\xef\xbb\xbf"), f"{path.name} lacks the mark Excel needs"
        assert b"\r\n" in content
        frame = pd.read_csv(path, dtype=str)
        assert len(frame) > 0
        table = path.stem.removesuffix("_2025-06")
        source = next(
            p for p in (folder(), folder() / language) if (p / f"{table}.parquet").is_file()
        )
        schema = pq.read_schema(source / f"{table}.parquet")
        assert list(frame.columns) == schema.names
        if table == path.stem:
            assert len(frame) == pq.read_metadata(source / f"{table}.parquet").num_rows


def test_every_small_table_is_there_as_csv():
    for name in table_names():
        path = next(p for p in (folder(), folder() / "en") if (p / f"{name}.parquet").is_file())
        small = pq.read_metadata(path / f"{name}.parquet").num_rows <= 20_000
        assert (path / "csv" / f"{name}.csv").is_file() == small, name
    assert (folder() / "csv" / "sales_2025-06.csv").is_file()


def test_truth_counts_the_rows_of_every_table(planted, tables):
    assert planted["rows"] == {name: len(frame) for name, frame in tables.items()}


def test_many_blocks_hold_other_people_at_other_stores(tmp_path, tables):
    seen = []
    rows = write_many(tmp_path, 2, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2)]
    sales = pd.read_parquet(tmp_path / "sales.parquet")
    assert rows["sales"] == len(sales) > 2 * 450_000
    assert pq.read_metadata(tmp_path / "sales.parquet").num_row_groups == 2
    first = len(tables["sales"])
    pd.testing.assert_frame_equal(sales.head(first), tables["sales"], check_dtype=False)
    assert not set(sales["sale_id"].head(first)) & set(sales["sale_id"].iloc[first:])
    assert sales["store_id"].nunique() == 8
    members = pd.read_parquet(tmp_path / "members.parquet")
    assert members["member_id"].is_unique and len(members) == 12_000
    assert set(sales["member_id"].dropna()) <= set(members["member_id"])


def test_a_larger_shop_needs_a_place_of_its_own():
    ran = crmkit_data("--scale", "3", CRMKIT_LANG="en")
    assert ran.returncode == 1
    assert "Say where the larger shop goes" in ran.stderr
    assert "Traceback" not in ran.stderr
