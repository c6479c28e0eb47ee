"""What opening a CSV and answering from it costs beside DuckDB's own reader, in one run.

    python tests/bench/bench_read.py [--megabytes 180] [--rounds 3]

The file is the course shop's sales many times over. Ours guesses delimiter, encoding, headings, types
and meaning, proves them on every line and reports them; DuckDB's `read_csv` looks at the first lines.
Both then touch every column of every line. Opening is measured by what one look at every line costs
DuckDB: its opening and its answer. Each runs in a process of its own, in turns; told is the least
processor time of the rounds and the most memory. Not collected by pytest.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RATIO, PEAK = 1.5, 500
"""How many times DuckDB's processor time for one look at every line our opening, and our answer, may
take, and the megabytes held."""


def ask(who: str, file: str) -> tuple[int, float, float]:
    """The lines counted, every column touched; the processor seconds of opening and of asking."""
    import duckdb

    own = time.process_time()
    if who == "ours":
        from crmkit.data import read

        lines, report = read(file)
        assert str(report)
    else:
        lines = duckdb.read_csv(file)
    touched = ", ".join(f'max("{name}")' for name in lines.columns)
    opened = time.process_time()
    counted = lines.aggregate(f"count(*), {touched}").fetchall()[0][0]
    return counted, opened - own, time.process_time() - opened


def write(file: Path, megabytes: int) -> None:
    """The shop's sales again and again, every copy with receipts and members of its own."""
    from crmkit.data import load

    sales, copy = load("sales"), 0
    with file.open("w", encoding="utf-8", newline="") as out:
        while out.tell() < megabytes * 1_000_000:
            again = sales.assign(
                sale_id=sales["sale_id"].astype(str) + f"-{copy}",
                member_id=sales["member_id"].astype("string") + f"-{copy}",
            )
            again.to_csv(out, index=False, header=copy == 0)
            copy += 1


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=int, default=180)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ask", nargs=2)
    given = parser.parse_args()
    if given.ask:
        print(*ask(*given.ask), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sales.csv"
        write(file, given.megabytes)
        told: dict[str, list[list[float]]] = {"ours": [], "duckdb": []}
        for _round in range(given.rounds):
            for who, runs in told.items():
                out = subprocess.run(
                    [sys.executable, __file__, "--ask", who, str(file)],
                    capture_output=True, text=True, check=True,
                ).stdout  # fmt: skip
                runs.append([float(word) for word in out.split()])
        assert len({run[0] for runs in told.values() for run in runs}) == 1, told
        print(f"{file.stat().st_size / 1e6:,.0f} MB, {told['ours'][0][0]:,.0f} lines")
        opened, asked = (
            {who: min(run[part] for run in runs) for who, runs in told.items()} for part in (1, 2)
        )
        most = {who: max(run[3] for run in runs) for who, runs in told.items()}
        for who in told:
            print(
                f"{who}: {opened[who]:.2f} s of processor to open, {asked[who]:.2f} to answer, "
                f"peak {most[who]:,.0f} MB"
            )
        look = opened["duckdb"] + asked["duckdb"]
        ratios = {
            "opening, every line proven, by one look of DuckDB's": opened["ours"] / look,
            "the answer alone": asked["ours"] / asked["duckdb"],
        }
        for what, ratio in ratios.items():
            print(f"ours / DuckDB: {ratio:.2f}, {what}")
        both = (opened["ours"] + asked["ours"]) / look
        print(f"ours / DuckDB: {both:.2f}, both together")
        for what, ratio in ratios.items():
            assert ratio < RATIO, f"{what}: more than {RATIO} times"
        assert most["ours"] < PEAK, f"more than {PEAK} MB"


if __name__ == "__main__":
    main()
