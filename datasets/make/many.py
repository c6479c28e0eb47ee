"""The shop many times over, for benchmarks: further blocks of four stores, one at a time."""

from collections.abc import Callable
from pathlib import Path

from make.shop import SEED, block_members, trade


def write_many(
    folder: Path,
    scale: int,
    seed: int = SEED,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, int]:
    """Write `scale` blocks of four stores with ~6,000 members and ~500,000 lines each.

    Block 0 is the course shop; every block has stores, staff, members and sales of its own and
    sells the same products. Writes ``sales.parquet``, ``payments.parquet`` and
    ``members.parquet`` (without names), one row group a block, so memory stays that of one block.
    Returns the rows of each.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder.mkdir(parents=True, exist_ok=True)
    writers: dict[str, pq.ParquetWriter] = {}
    rows: dict[str, int] = {}
    try:
        for block in range(scale):
            t = trade(seed, block)
            tables = {"sales": t.sales, "payments": t.payments, "members": block_members(t)}
            for name, frame in tables.items():
                table = pa.Table.from_pandas(frame, preserve_index=False)
                if name not in writers:
                    writers[name] = pq.ParquetWriter(
                        folder / f"{name}.parquet", table.schema, compression="zstd"
                    )
                writers[name].write_table(table)
                rows[name] = rows.get(name, 0) + len(frame)
            if progress:
                progress(block + 1, scale)
    finally:
        for writer in writers.values():
            writer.close()
    return rows
