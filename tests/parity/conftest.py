"""The same tables as every kind of frame, Spark included."""

import os
import shutil
import warnings

import narwhals.stable.v2 as nw
import pandas as pd
import pytest

KINDS = ("polars", "polars lazy", "pyarrow", "duckdb", "ibis", "pyspark")


@pytest.fixture(scope="session")
def spark():
    """One local Spark session for all tests."""
    if not shutil.which("java"):
        if os.environ.get("CI"):
            pytest.fail("Java must be there in CI")
        pytest.skip("no Java on this machine: Spark cannot run")
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        if os.environ.get("CI"):
            pytest.fail("pyspark must be there in CI: python install.py dev spark")
        pytest.skip("pyspark is not installed: python install.py dev spark")
    session = (
        SparkSession.builder.master("local[2]")
        .appName("crmkit parity")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1")
        .config("spark.sql.execution.arrow.pyspark.enabled", "true")
        # compiling a query takes longer than running it on tables this small
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        .config("spark.sql.adaptive.enabled", "false")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(scope="session")
def duck():
    import duckdb

    return duckdb.connect()


SPARK = pytest.param("pyspark", marks=pytest.mark.spark)


@pytest.fixture(params=[*KINDS[:-1], SPARK], scope="session")
def kind(request):
    """Each kind of frame in turn, but pandas."""
    return request.param


each_engine = pytest.mark.parametrize(
    "kind", ["polars lazy", "duckdb", SPARK], indirect=True, scope="session"
)
"""Only one kind of frame for each engine that reckons: the others are doors to these."""


@pytest.fixture(scope="session")
def turn(kind, request):
    """Turns a pandas frame into this kind, once per table."""
    made = {}

    def turned(frame: pd.DataFrame):
        if id(frame) not in made:
            made[id(frame)] = (frame, _turned(frame))
        return made[id(frame)][1]

    def _turned(frame):
        import polars as pl

        table = pl.from_pandas(frame)
        if kind == "polars":
            return table
        if kind == "polars lazy":
            return table.lazy()
        if kind == "pyarrow":
            return table.to_arrow()
        if kind == "duckdb":
            return request.getfixturevalue("duck").from_arrow(table.to_arrow())
        if kind == "ibis":
            import ibis

            return ibis.memtable(table.to_arrow())
        session = request.getfixturevalue("spark")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return session.createDataFrame(table.to_arrow()).cache()

    return turned


def in_memory(frame):
    """Any frame as a Polars frame with plain columns, whatever engine it came from."""
    import polars as pl
    from polars import selectors

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = nw.from_native(frame).lazy().collect("pyarrow").to_native()
    return pl.from_arrow(table).with_columns(
        selectors.float().fill_nan(None),
        selectors.decimal().cast(pl.Float64),
        selectors.datetime().dt.replace_time_zone(None).dt.cast_time_unit("us"),
    )


def assert_same(one, other):
    """Two answers hold the same values, in the same order."""
    from polars.testing import assert_frame_equal

    one, other = in_memory(one), in_memory(other)
    assert one.columns == other.columns
    nothing = [n for n in one.columns if one[n].null_count() == len(one)]
    assert all(other[n].null_count() == len(other) for n in nothing)
    assert_frame_equal(
        one.drop(nothing), other.drop(nothing), abs_tol=1e-9, rel_tol=1e-9, check_dtypes=False
    )
