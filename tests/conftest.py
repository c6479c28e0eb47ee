"""What tests of several rooms share."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crmkit import i18n

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def repository():
    """The checkout the tests run in."""
    return ROOT


@pytest.fixture(autouse=True)
def english():
    """Tests read English messages unless they say otherwise."""
    with i18n.use_language("en"):
        yield


@pytest.fixture(params=i18n.LANGUAGES)
def language(request):
    """Each language in turn, set as the current one."""
    with i18n.use_language(request.param):
        yield request.param


@pytest.fixture(scope="session")
def fresh_shops(tmp_path_factory):
    """The file of a lesson's practice shop, made once for each."""
    from crmkit.learn.tasks import Tasks
    from crmkit.practice import Shop

    made = {}

    def file_of(name):
        if name not in made:
            made[name] = tmp_path_factory.mktemp(name)
            with i18n.use_language("en"):
                Shop.practice(Tasks(name).scene, folder=made[name]).close()
        return made[name] / "shop.db"

    return file_of


@pytest.fixture
def lesson_shop(fresh_shops, tmp_path, monkeypatch):
    """Opens the practice shop of a lesson or exercise beside the learner."""
    from crmkit.learn.tasks import Tasks
    from crmkit.practice import Shop

    monkeypatch.chdir(tmp_path)
    opened = []

    def open_shop(name):
        shutil.copy(fresh_shops(name), tmp_path)
        with i18n.use_language("en"):
            opened.append(Shop.practice(Tasks(name).scene))
        return opened[-1]

    with i18n.use_language("en"):
        yield open_shop
    for one in opened:
        one.close()


@pytest.fixture(scope="session")
def run_script():
    """Runs a script in a fresh process, as `subprocess.run([sys.executable, …])` does, but forked
    from one that has imported what nearly all of them import: `run_script(path, *words, cwd=…)`.
    """
    from crmkit import warm
    from crmkit.warm.owner import WarmProcess

    if warm.why_not() is not None:

        def ordinary(script, *words, cwd, **env):
            command = [sys.executable, str(script), *words]
            return subprocess.run(
                command, cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True
            )

        yield ordinary
        return
    entering = {"PYTHONPATH": str(ROOT / "tests" / "forked"), "MPLBACKEND": "agg"}
    mother = WarmProcess(os.environ)
    mother.complete.result()

    def forked(script, *words, cwd, **env):
        with tempfile.TemporaryFile("w+") as said, open(os.devnull) as nothing:
            asked = mother.start(
                [str(script), *words],
                {**os.environ, **entering, **env},
                str(cwd),
                (nothing.fileno(), said.fileno(), said.fileno()),
                enter="run_script:run",
            )
            code = asked.result().wait()
            said.seek(0)
            return subprocess.CompletedProcess([script, *words], code, said.read(), "")

    yield forked
    mother.close()


@pytest.fixture(scope="session")
def walk():
    """Every part of a tree."""
    return parts_of


def parts_of(tree):
    if isinstance(tree, dict):
        yield tree
        for one in tree.get("of", ()):
            yield from parts_of(one)
        for row in tree.get("rows", ()):
            for cell in row:
                yield from parts_of(cell)


@pytest.fixture(scope="session")
def retail_data():
    """The folder of real retail data, which does not ship with the project."""
    folder = Path(os.environ.get("CRMKIT_TEST_DATA") or ROOT.parent / "shared" / "data")
    if not (folder / "online_retail.parquet").is_file():
        pytest.skip(f"no real retail data at {folder} (set CRMKIT_TEST_DATA to its folder)")
    return folder


@pytest.fixture(scope="session")
def chromium():
    """The path of a Chromium to drive."""
    found = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if not found:
        if os.environ.get("CI"):
            pytest.fail("Chromium must be there in CI")
        pytest.skip("no Chromium on this machine")
    return found


@pytest.fixture(scope="session")
def browser(chromium):
    """A Chromium without a window: one for all tests, as Playwright allows."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield browser
        browser.close()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """A class is graded last, so that a file another test leaves behind would be noticed.

    With several workers each server (Spark, PostgreSQL, JupyterLab) is started by one of them.
    """
    items.sort(key=lambda item: item.get_closest_marker("class_end_to_end") is not None)
    for item in items:
        for server in ("spark", "postgres", "browser"):
            if item.get_closest_marker(server):
                item.add_marker(pytest.mark.xdist_group(server))


@pytest.fixture(scope="session")
def online_retail(retail_data):
    """Online Retail under the contract's names, as its published figures count it: with a
    customer, quantity and price above zero."""
    import pandas as pd

    lines = pd.read_parquet(retail_data / "online_retail.parquet").rename(
        columns={
            "InvoiceNo": "sale_id",
            "StockCode": "product_id",
            "Quantity": "quantity",
            "InvoiceDate": "sold_at",
            "UnitPrice": "list_price",
            "CustomerID": "member_id",
            "Country": "store_id",
        }
    )
    counted = lines["member_id"].notna() & (lines["quantity"] > 0) & (lines["list_price"] > 0)
    lines = lines[counted].reset_index(drop=True)
    return lines.assign(amount=lines["quantity"] * lines["list_price"])


@dataclass(frozen=True)
class Engine:
    """One kind of dataframe that analysts bring: how to make it, how to read it."""

    name: str
    make: Callable[[Any], Any]
    """From a pandas frame to this kind."""

    def is_mine(self, frame: Any) -> bool:
        """Whether the frame is of this kind."""
        import narwhals.stable.v2 as nw

        found, lazy = nw.from_native(frame), self.name in ("polars-lazy", *_IN_SQL)
        return (
            str(found.implementation.value) == self.name.removesuffix("-lazy")
            and isinstance(found, nw.LazyFrame) is lazy
        )

    def read(self, frame: Any) -> Any:
        """The frame as a pandas frame, its rows in the order in which they come."""
        import narwhals.stable.v2 as nw

        return nw.from_native(frame).lazy().collect("pyarrow").to_native().to_pandas()


_IN_SQL = ("duckdb", "ibis", "pyspark")


@pytest.fixture(scope="session")
def spark():
    """One local Spark session for all tests, its clock set to UTC."""
    sql = pytest.importorskip("pyspark.sql", reason="PySpark is not installed (extra: spark)")
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        if os.environ.get("CI"):
            pytest.fail("Java must be there in CI")
        pytest.skip("no Java on this machine")
    session = (
        sql.SparkSession.builder.master("local[1]")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.fixture(
    params=[
        *("pandas", "polars", "polars-lazy", "pyarrow", "duckdb", "ibis"),
        pytest.param("pyspark", marks=pytest.mark.spark),
    ]
)
def engine(request):
    """Each kind of dataframe in turn."""
    name = request.param
    if name == "pandas":
        return Engine(name, lambda frame: frame.copy())
    import pyarrow as pa

    def arrow(frame):
        return pa.Table.from_pandas(frame, preserve_index=False)

    if name == "pyarrow":
        return Engine(name, arrow)
    if name == "duckdb":
        import duckdb

        return Engine(name, lambda frame: duckdb.from_arrow(arrow(frame)))
    if name == "pyspark":
        session = request.getfixturevalue("spark")
        return Engine(name, lambda frame: session.createDataFrame(arrow(frame)))
    if name == "ibis":
        ibis = pytest.importorskip("ibis", reason="Ibis is not installed (extra: ibis)")
        return Engine(name, lambda frame: ibis.memtable(arrow(frame)))
    polars = pytest.importorskip("polars", reason="Polars is not installed (extra: polars)")
    if name == "polars":
        return Engine(name, lambda frame: polars.from_arrow(arrow(frame)))
    return Engine(name, lambda frame: polars.from_arrow(arrow(frame)).lazy())
