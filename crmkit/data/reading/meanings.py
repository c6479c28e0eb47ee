"""What a heading means: which column of the contract it most probably is, and of which kind."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crmkit.tables import CONTRACT

#: The usual headings of tills, web shops and public sets, by the name they have in the contract
HEADINGS = {
    "sale_id": "sale order orderid ordernumber orderno receipt receiptid receiptno receiptnumber invoice invoiceno "
    "invoiceid invoicenumber bill billno transaction transactionid transno ticket ticketno basketid basket salesid salesno "
    "bon belegnr 单号 小票号 小票 订单号 订单编号 销售单号 流水号 交易号 票号 单据号 小票编号 訂單編號 單號",
    "sold_at": "soldat date datetime time timestamp orderdate ordertime saledate saletime salesdate invoicedate "
    "transactiondate transactiontime transactiontimestamp purchasedate createdat paidat datum 时间 日期 销售时间 销售日期 "
    "交易时间 交易日期 下单时间 下单日期 付款时间 支付时间 成交时间 日期時間",
    "store_id": "store storeid storeno storecode storenumber shop shopid branch branchid outlet location 门店 店铺 门店号 "
    "门店编号 门店编码 店号 店铺编号 分店 門店 filiale",
    "staff_id": "staff staffid cashier cashierid seller sellerid clerk employee employeeid salesperson 收银员 导购 导购员 营业员 员工 "
    "员工号 工号 收银员号",
    "member_id": "member memberid memberno membercode customer customerid customerno customernumber customercode cust custid "
    "client clientid user userid household householdid householdkey buyerid card cardno loyaltycard kundennr 会员 会员号 会员编号 会员卡号 "
    "卡号 顾客 顾客编号 客户 客户号 客户编号 买家 买家id 會員編號",
    "product_id": "product productid productno productcode item itemid itemno itemcode sku skuid skucode stockcode article articleno "
    "articleid artikelnr barcode ean upc plu goodsid 商品编码 商品编号 商品号 商品代码 商品条码 货号 条码 款号 品号 编码 商品id 商品編號",
    "quantity": "quantity qty units pieces count numberofcds numitems itemcount menge anzahl 数量 件数 销售数量 购买数量 销量 數量",
    "list_price": "listprice price unitprice itemprice retailprice preis einzelpreis 单价 售价 原价 零售价 标价 吊牌价 單價",
    "discount": "discount discountamount rebate rabatt 优惠 优惠金额 折扣 折扣额 折让 优惠额",
    "amount": "amount total lineamount linetotal totalamount netamount salesvalue sales salesamount revenue netsales totalprice "
    "dollarvalue paid value betrag umsatz 金额 实收 实付 实收金额 实付金额 销售额 成交金额 销售金额 小计 总额 应收 支付金额 营业额 营业收入 销售收入 业绩 日销售额 销售总额 金額",
    "cost": "cost costs linecost cogs 成本 成本额 成本价 进价",
    "channel": "channel saleschannel 渠道 销售渠道 来源",
    "promotion_id": "promotion promotionid promo coupon couponid 促销 活动 优惠券",
    "return_reason": "returnreason reason 退货原因 退款原因",
    "name": "name customername membername fullname productname itemname description 姓名 名称 会员姓名 商品名称 商品名 品名",
    "phone": "phone phonenumber mobile mobilephone tel telephone cell 手机 手机号 手机号码 电话 联系电话 電話",
    "email": "email mail emailaddress 邮箱 电子邮箱 邮件",
    "gender": "gender sex 性别",
    "birth_date": "birthdate birthday dateofbirth dob 生日 出生日期",
    "joined_at": "joinedat joindate joined registered registrationdate signupdate 入会时间 入会日期 注册时间 注册日期",
    "category": "category productcategory department 类别 分类 品类 商品分类 类目",
    "brand": "brand 品牌",
    "level": "level tier memberlevel 等级 会员等级 级别",
    "district": "district city region 地区 城市 区域",
    "visitors": "visitors footfall traffic 客流 客流量 进店人数",
    "method": "method paymentmethod payment 支付方式 付款方式",
}  # fmt: skip

PRODUCT_NAMES = {"productname", "itemname", "description", "商品名称", "商品名", "品名", "货品名称"}
"""Headings of a name that is certainly a product's."""
_BY_NAME = PRODUCT_NAMES | {"商品", "产品", "货品", "goods"}
"""Headings of what tells products apart where a file of sales has no code for them."""

_ALL = {column: held for columns in CONTRACT.values() for column, held in columns.items()}
_BY_HEADING = {re.sub(r"[^a-z0-9]", "", column): column for column in _ALL}
_BY_HEADING |= {word: column for column, words in HEADINGS.items() for word in words.split()}

_ID_TAIL = re.compile(
    r"(?:[\s_-](?:id|no|nr|number|code|key|ref|num)|id|\bsku.*|.*barcode|ean|upc|zip|postcode|postal ?code"
    r"|号|号码|编号|编码|代码|条码|货号|邮编|證號|編號|編碼)\.?$",
    re.IGNORECASE,
)
_PHONE = re.compile(r"phone|mobile|\btel\b|手机|电话|微信|身份证|電話", re.IGNORECASE)


def plain(heading: str) -> str:
    """A heading without capitals, blanks and marks: "Order ID" and order_id are the same."""
    return re.sub(r"[\W_]+", "", heading.lower())


def meaning(heading: str) -> str | None:
    """The column of the contract a heading most probably stands for; None where nothing is known.

    >>> meaning("Invoice No."), meaning("会员号"), meaning("colour")
    ('sale_id', 'member_id', None)
    """
    bare = re.sub(r"[（(\[【].*?[)）\]】]\s*$", "", heading)  # 金额(元)
    return _BY_HEADING.get(plain(heading)) or _BY_HEADING.get(plain(bare))


def kind_meant(heading: str) -> str | None:
    """The kind of values the heading promises: key, text, code, time, number, flag; None: any."""
    column = meaning(heading)
    if column is not None:
        kind = _ALL[column].kind
        return "text" if column in ("phone",) else kind
    if _PHONE.search(heading) or _ID_TAIL.search(heading.strip()):
        return "key"
    return None


def meanings(headings: Iterable[str], table: str = "sales") -> dict[str, str]:
    """Contract name by heading for the columns of one table, each name given once."""
    given: dict[str, str] = {}
    headings = list(headings)
    exact = {plain(name): name for name in CONTRACT[table]}
    for heading in headings:  # what is called as in the contract comes first
        if plain(heading) in exact:
            given[heading] = exact[plain(heading)]
    for heading in headings:
        column = meaning(heading)
        if heading not in given and column in CONTRACT[table] and column not in given.values():
            given[heading] = column
    if table == "sales" and "product_id" not in given.values():
        named = next((one for one in headings if one not in given and plain(one) in _BY_NAME), None)
        given |= {named: "product_id"} if named is not None else {}
    return given


def table_meant(headings: Iterable[str]) -> str:
    """The table of the contract that the headings fit best."""
    headings = list(headings)
    found = {table: len(meanings(headings, table)) for table in ("sales", "members", "products")}
    return max(found, key=lambda table: found[table])  # sales, where two fit alike
