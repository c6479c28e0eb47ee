"""What really arrives: six systems' exports, under the names of the contract."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from crmkit import clean, data
from crmkit.i18n import get_language

TODAY = "2025-06-30"

NAMES = {
    "till": {
        "sale_id": "小票号", "sold_at": "时间", "store_id": "门店", "staff_id": "收银员",
        "phone": "会员手机", "product_id": "商品编码", "product_name": "商品名称", "quantity": "数量",
        "list_price": "单价", "discount": "折扣", "amount": "实收", "return_reason": "退货原因",
    },
    "web_orders": {
        "sale_id": "订单号 Order", "sold_at": "下单时间 Placed at", "name": "收件人 Name",
        "phone": "手机 Phone", "email": "邮箱 E-mail", "product_id": "商品编码 Product",
        "quantity": "数量 Quantity", "list_price": "单价 Price", "discount": "优惠 Discount",
        "amount": "实付 Paid", "status": "状态 Status",
    },
    "mini_program": {
        "sale_id": "order_no", "sold_at": "created_at", "name": "nickname", "product_id": "sku",
        "quantity": "qty", "list_price": "price", "amount": "paid",
    },
    "join_forms": {
        "member_id": "表单号 Form", "channel": "渠道 Channel", "name": "姓名 Name",
        "phone": "手机号 Phone", "email": "邮箱 E-mail", "gender": "性别 Gender",
        "birth_date": "生日 Birthday", "age": "年龄 Age", "joined_at": "填写时间 Filled in",
    },
    "survey_form": {
        "asked_at": "提交时间 Submitted", "phone": "手机号 Phone", "name": "姓名 Name",
        "store_id": "门店 Store", "csat_goods": "商品满意度(1-5) Goods",
        "csat_service": "服务满意度(1-5) Service", "nps": "推荐意愿(0-10) Recommend",
        "comment": "意见 Comment",
    },
    "social_comments": {
        "channel": "平台 Channel", "at": "发布时间 At", "author": "作者 Author", "text": "内容 Text",
        "likes": "点赞 Likes",
    },
}  # fmt: skip
"""What each system calls the columns of the contract: the map with which its export is read."""

CLEANED_BY: dict[str, Callable] = {
    "join_forms": clean.clean_members,
    "survey_form": clean.clean_surveys,
    "social_comments": clean.clean_comments,
}


class Tidied(NamedTuple):
    """An export before and after, with what reading its file and cleaning it found."""

    raw: Any
    reading: clean.CleaningReport
    good: Any
    cleaning: clean.CleaningReport


@lru_cache(maxsize=16)
def _read(name: str, _language: str) -> Tidied:
    raw, reading = clean.read_any(data.raw(name))
    tidied = CLEANED_BY.get(name, clean.clean_sales)(raw, today=TODAY, **NAMES[name])
    return Tidied(raw, reading, *tidied)


def tidied(name: str) -> Tidied:
    """One system's export as it was read and as it was cleaned, with both reports."""
    return _read(name, get_language())


def export(name: str) -> Any:
    """One system's export, cleaned, under the names of the contract."""
    return tidied(name).good


def sold() -> Any:
    """The lines of June of the three channels, one under the other."""
    import pandas as pd

    found = {"store": export("till"), "web": export("web_orders")}
    found["mini_program"] = export("mini_program")
    wanted = ["sale_id", "phone", "quantity", "amount"]
    lines = pd.concat({name: one[wanted] for name, one in found.items()}, names=["channel"])
    return lines.reset_index("channel").reset_index(drop=True)
