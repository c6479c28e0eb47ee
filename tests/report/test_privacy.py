"""Nobody's name, phone, address or e-mail gets into a report, whatever its column is called."""

import json
import re

import pytest

import crmkit as ck
from crmkit import report


@pytest.fixture(scope="module")
def odd(lines, tmp_path_factory):
    """People's own values under headings that promise something else."""
    known, n = lines["member_id"].notna(), lines["member_id"].str[-4:].fillna("0000")
    file = tmp_path_factory.mktemp("odd") / "odd.csv"
    told = lines[["sale_id", "sold_at", "quantity", "amount"]].assign(
        Customer=("Zhang" + n + " Wei").where(known),
        Location=("No. " + n + " Harbour Street").where(known),
        Channel=("z" + n + "@example.com").where(known),
        Salesperson="Li Mei " + lines["staff_id"],
        Contact=("1400" + n + "123").where(known),
        Remark="deliver to Aunt " + n,
        SKU=lines["product_id"],
    )
    told.to_csv(file, index=False)
    return file


@pytest.mark.parametrize("column", [None, {"member_id": "Contact"}, {"store_id": "Location"}])
def test_what_belongs_to_one_person_is_not_shown(odd, column):
    with ck.use_language("en"):
        found = report.analyse(odd, columns=column)
        texts = (found.html(), json.dumps(found.notebook()))
    for text in texts:
        assert not re.findall(r"Zhang\d|Harbour|z\d{4}@|Li Mei|1400\d{7}|Aunt", text)
    left = dict(found.left_out)
    assert left["Store by store"] == "The file has no column for: Store."
    assert "Goods" in found.chapters


def test_a_store_of_many_members_is_shown(lines, tmp_path):
    several = lines.assign(store_id="S0" + (lines.index % 6).astype(str))
    kept = ["sale_id", "sold_at", "store_id", "member_id", "quantity", "amount"]
    several[kept].to_csv(tmp_path / "stores.csv", index=False)
    assert report.opened(tmp_path / "stores.csv").places == {"store_id": 6}


def test_no_output_of_the_notebook_is_a_list_of_members(odd):
    found = report.analyse(odd)
    for cell in found.notebook()["cells"]:
        assert not re.search(r"ck\.show\((rfm|worth)\b", cell["source"])
