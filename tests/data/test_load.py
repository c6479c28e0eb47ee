"""`ck.load` gives the course shop's tables in the current language."""

import shutil

import pandas as pd
import pytest

import crmkit as ck
from crmkit.data import folder, load, raw, table_names
from crmkit.errors import CrmkitError
from crmkit.tables import CONTRACT, TableError

TEXTS = {"name", "street", "text", "comment", "subject"}


def test_the_shop_has_its_size(tables):
    assert len(tables["stores"]) == 4
    assert len(tables["members"]) == 6000
    assert 450_000 < len(tables["sales"]) < 550_000
    sold = tables["sales"]["sold_at"]
    assert sold.min().date().isoformat() == "2023-03-01"
    assert sold.max().date().isoformat() == "2025-06-30"


@pytest.mark.parametrize("table", sorted(CONTRACT))
def test_every_column_of_the_contract_is_there(tables, table):
    assert set(CONTRACT[table]) <= set(tables[table].columns)


@pytest.mark.parametrize("table", sorted(CONTRACT))
def test_every_column_passes_the_door(tables, table):
    from crmkit.tables import require

    require(tables[table], table, list(CONTRACT[table]))


def test_names_follow_the_language_and_nothing_else_does():
    with ck.use_language("zh"):
        assert ck.load("stores")["name"][2] == "商务区店"
        names = table_names()
    with ck.use_language("en"):
        assert ck.load("stores")["name"][2] == "Business District Store"
    for name in names:
        zh, en = load(name, "zh"), load(name, "en")
        texts = [column for column in zh.columns if column in TEXTS]
        pd.testing.assert_frame_equal(zh.drop(columns=texts), en.drop(columns=texts))
        for column in texts:
            assert (zh[column].isna() == en[column].isna()).all(), (name, column)
            assert not zh[column].equals(en[column]), f"{name}.{column} is not translated"


def test_chinese_is_chinese_and_english_is_not():
    for name in table_names():
        for language in ("zh", "en"):
            frame = load(name, language)
            for column in TEXTS & set(frame.columns):
                written = frame[column].dropna()
                has = written.str.contains(r"[\u4e00-\u9fff]", regex=True)
                assert has.all() if language == "zh" else not has.any(), (name, column, language)


def test_dtypes_are_those_the_docstring_promises(tables):
    for name, frame in tables.items():
        for column, dtype in frame.dtypes.items():
            if column.endswith("_id") or column in ("referred_by", "return_of"):
                assert dtype == "str", (name, column, dtype)
            if column.endswith(("_at", "_on")) and column not in ("opens_at", "closes_at"):
                assert dtype == "datetime64[us]", (name, column, dtype)
    surveys = tables["surveys"]
    assert surveys["nps"].dtype == "Int64"
    assert surveys["nps"].isna().any()
    assert tables["sales"]["member_id"].isna().any()


def test_an_unknown_name_says_the_known_ones_and_the_closest():
    with pytest.raises(TableError, match=r"no table 'sale'.*mean 'sales'.*members, members_truth"):
        load("sale")


def test_an_unknown_language_is_refused():
    with pytest.raises(CrmkitError, match="no language 'fr'"):
        load("sales", "fr")


def test_a_wrong_crmkit_data_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("CRMKIT_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(CrmkitError, match="does not exist.*Unset it.*crmkit data --to"):
        load("sales")
    monkeypatch.setenv("CRMKIT_DATA", str(tmp_path))
    with pytest.raises(CrmkitError, match="holds no course data"):
        folder()


def test_crmkit_data_points_elsewhere(monkeypatch, tmp_path):
    (tmp_path / "en").mkdir()
    shutil.copy(folder() / "truth.json", tmp_path)
    one = load("calendar").head(1)
    one.to_parquet(tmp_path / "calendar.parquet")
    monkeypatch.setenv("CRMKIT_DATA", str(tmp_path))
    assert len(load("calendar")) == 1
    assert table_names() == ["calendar"]


def test_a_damaged_file_says_which_and_what_to_do(monkeypatch, tmp_path):
    shutil.copy(folder() / "truth.json", tmp_path)
    (tmp_path / "sales.parquet").write_bytes(b"PAR1 broken")
    monkeypatch.setenv("CRMKIT_DATA", str(tmp_path))
    with pytest.raises(CrmkitError, match=r"sales\.parquet cannot be read.*crmkit data"):
        load("sales")


def test_loading_twice_gives_frames_of_ones_own():
    first = load("stores")
    first.loc[0, "size"] = -1
    assert load("stores")["size"].min() > 0


def test_raw_exports_are_found_by_a_short_name():
    with ck.use_language("zh"):
        assert raw("till").parent.name == "zh"
    with ck.use_language("en"):
        assert raw("web_orders").name == "web_orders_2025-06.xlsx"
        assert raw("join_forms").is_file()
    with pytest.raises(TableError, match="no raw export 'tills'.*till"):
        raw("tills")


def test_the_name_load_stays_a_function_however_it_was_imported():
    import crmkit.data.load
    import crmkit.data.scan  # noqa: F401

    assert callable(ck.data.load)
    assert callable(ck.data.scan)
    assert callable(ck.load)
