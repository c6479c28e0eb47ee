"""Half a year of one store, as tills write it."""

import pytest

import crmkit as ck

NAMES = {
    "sale_id": "小票号", "sold_at": "销售时间", "store_id": "门店", "member_id": "会员号",
    "product_id": "商品编码", "quantity": "数量", "amount": "实收金额", "cost": "成本",
}  # fmt: skip


@pytest.fixture(scope="session")
def names():
    """What a Chinese till calls the columns."""
    return NAMES


@pytest.fixture(scope="session")
def lines():
    """Half a year of one store, with a name and a phone beside each member."""
    sales = ck.load("sales")
    half = sales[(sales["store_id"] == "S03") & (sales["sold_at"] >= "2025-01-01")]
    half = half[half["sale_id"].str[-1].isin(list("13579"))]  # every second order
    people = half["member_id"].map(lambda one: f"1400{one[-5:]:0>7}", na_action="ignore")
    return half.assign(name="王" + half["member_id"].str[-4:] + "秀英", phone=people)


@pytest.fixture(scope="session")
def till_export(lines, tmp_path_factory):
    """The lines as a till writes them: GBK, Chinese headings, a person's name and phone."""
    file = tmp_path_factory.mktemp("till") / "六月流水.csv"
    columns = [*NAMES, "name", "phone"]
    told = lines[columns].rename(columns={**NAMES, "name": "会员姓名", "phone": "手机号"})
    told.to_csv(file, index=False, encoding="gb18030")
    return file
