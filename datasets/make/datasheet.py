"""``DATASHEET.md`` and ``DATASHEET.zh.md``: what the data is, with every figure computed."""

import pandas as pd

from crmkit.i18n import label, use_language
from make import likeness
from make.columns import COLUMNS
from make.products import make_products
from make.shop import Shop

_INTRO = {
    "en": """# The course shop: data sheet

[中文版](DATASHEET.zh.md)

## What it is

One simulated chain: {stores} stores in two invented cities, {days} days ({first} to {last}),
{members:,} members, {lines:,} sales lines. Everything was made by a program from a seed; no row
describes a real person, shop or brand.

- Tables of numbers and ids lie here once (`*.parquet`); tables with names or texts lie in `zh/`
  and `en/`, with the same ids and numbers. `ck.load("sales")` finds either.
- `csv/`, `zh/csv/` and `en/csv/` hold every small table and one month of sales for Excel
  (UTF-8 with BOM).
- `raw/zh/` and `raw/en/` hold what really arrives: exports of six systems with {faults} kinds of
  fault, {fault_rows:,} faults in all, each counted in `truth.json`.
- `truth.json` holds what was planted (`planted`), what came of it (`happened`) and where a sound
  analysis must land (`found`). Learners should not open it, nor `members_truth`.

## How it was made

`crmkit data` makes it again, byte for byte on the pinned versions (`constraints.txt`). Each part
of `datasets/make/` is one idea: people belong to personas that overlap in age and sex;
they come as a Poisson process with rates that differ (gamma) and stop for good after some visit
(beta-geometric), as in the BG/NBD model of Fader, Hardie and Lee (2005); seasons, weekdays,
holidays of the Chinese calendar, birthdays, campaigns and the case bend the rates; baskets follow
tastes, offers, shelves and things bought together; shelves empty and are filled with lead times,
and what they cannot serve is lost; tills, surveys, tickets and browsing follow from that.

## What it must not be used for

- Not for conclusions about real people, shops, brands, or groups by age, sex or occupation:
  every such relation was put in by its authors.
- Not to train or judge models meant for real customers, nor as a benchmark of forecasting skill:
  the model behind it is known and simpler than life.
- Phone numbers come from ranges no network has been given and mail addresses from domains
  reserved for examples: do not write to or call them.

## Money, time, empty values

Money is in yuan to the cent, tax included. Times are local (UTC+8) without a zone. An empty value
means unknown or not applicable, never zero. Ids are text. Codes (language-neutral) are shown as
words by `ck.show`.
""",
    "zh": """# 课程店：数据说明

[English](DATASHEET.md)

## 这是什么

一家模拟的连锁店：两座虚构城市的 {stores} 家门店，{days} 天（{first} 至 {last}），{members:,} 位会员，
{lines:,} 行销售明细。全部数据由程序按随机种子生成；没有一行描述真实的人、店或品牌。

- 只含数字和编号的表放在本目录（`*.parquet`），只存一份；含名称或文字的表放在 `zh/` 和 `en/`，
  两种语言的编号和数字完全相同。`ck.load("sales")` 会自动找到。
- `csv/`、`zh/csv/`、`en/csv/` 里是所有小表和一个月的销售，可直接用 Excel 打开（UTF-8 带 BOM）。
- `raw/zh/` 和 `raw/en/` 里是真实工作中收到的样子：六个系统的导出，共 {faults} 类问题、
  {fault_rows:,} 处，每一类都在 `truth.json` 里计了数。
- `truth.json` 记录埋入了什么（`planted`）、实际发生了什么（`happened`）、正确的分析应落在哪个区间
  （`found`）。学员不应打开它，也不应打开 `members_truth`。

## 怎样生成

`crmkit data` 可重新生成，在锁定的版本（`constraints.txt`）上逐字节一致。`datasets/make/`
的每个文件是一个小想法：会员分属若干画像，画像之间年龄与性别相互重叠；到店是速率各异（伽马分布）的
泊松过程，每次购买后以各自的概率永久流失（贝塔-几何分布），即 Fader、Hardie 与 Lee（2005）的
BG/NBD 模型；季节、星期、中国节假日、生日、营销活动和案例改变到店速率；购物篮取决于偏好、促销、
货架和连带；库存有订货周期，会缺货，缺货就丢单；收银、调查、工单、浏览都由此而来。

## 不得用于

- 不得用来得出关于真实的人、门店、品牌，或任何年龄、性别、职业群体的结论：这些关系都是编写者放进去的。
- 不得用来训练或评判面向真实客户的模型，也不能当作预测能力的基准：背后的模型已知，且比现实简单。
- 手机号来自未分配的号段，邮箱使用保留的示例域名：请勿拨打或发送。

## 金额、时间、空值

金额以元为单位，精确到分，含税。时间为当地时间（UTC+8），不带时区。空值表示未知或不适用，绝不表示零。
编号是文本。代码与语言无关，用 `ck.show` 显示成文字。
""",
}

_WORDS = {
    "en": {
        "truths": "## The planted truths",
        "likeness": "## Does it look like a shop?",
        "figure": "figure",
        "shop": "course shop",
        "note": "Online Retail: UCI (D. Chen, 2015), a gift retailer that also sells wholesale, "
        "hence its long baskets. Complete Journey: dunnhumby / 84.51°, a random sample of lines of "
        "a grocer, hence short baskets and longer gaps than these households left; it counts "
        "fuel by volume, hence the pieces. Returns and zero prices are left out. Computed by "
        "`datasets/make/likeness.py`.",
        "tables": "## Tables and columns",
        "rows": "{n:,} rows",
        "raw": "## Raw exports and their faults",
        "file": "file",
        "clean": "rows before the faults",
        "kinds": "faults",
    },
    "zh": {
        "truths": "## 埋入的真相",
        "likeness": "## 它像一家店吗？",
        "figure": "指标",
        "shop": "课程店",
        "note": "Online Retail：UCI（D. Chen，2015），礼品零售商，也做批发，所以每单行数多。Complete "
        "Journey：dunnhumby / 84.51°，一家超市明细的随机抽样，所以每单行数少，间隔也比这些家庭实际的更长；燃油按体积计入件数。"
        "不含退货与零价行。由 `datasets/make/likeness.py` 计算。",
        "tables": "## 表与列",
        "rows": "{n:,} 行",
        "raw": "## 原始导出及其问题",
        "file": "文件",
        "clean": "加入问题前的行数",
        "kinds": "问题",
    },
}


def _truths(truth: dict, language: str) -> list[str]:
    """The planted truths in a line each, with their figures."""
    case, campaigns, stock = truth["case"], truth["campaigns"], truth["stock"]
    happened, planted = case["happened"], case["planted"]
    worst, before, after = (happened[p] for p in ("worst", "a_year_before_worst", "after"))
    c01 = campaigns["C01"]["happened"]
    rate = truth["personas"]["found"]["adjusted_rand_index"]
    calendar, said = truth["calendar"], truth["satisfaction"]["planted"]
    funnel = truth["funnel"]["planted"]
    late = stock["planted"]["late_supplier"]
    lost, leaving = stock["happened"], truth["leaving"]["planted"]
    traffic = truth["traffic"]["happened"]
    chinese = make_products(truth["seed"]).set_index("item")["item_zh"].to_dict()
    with use_language(language):
        personas = ", " if language == "en" else "、"
        personas = personas.join(label("persona", p) for p in truth["personas"]["planted"])
        slow = (", " if language == "en" else "、").join(
            label("family", f) for f in stock["planted"]["slow_families"]
        )
        weak = (", " if language == "en" else "、").join(
            label("family", f) for f in planted["weak_families"]
        )
        brand = label("brand", late["brand"])
    if language == "en":
        return [
            f"- **Personas**: {personas}. Their members' tastes scatter, so that clusters of "
            f"members with ten orders or more agree with them by an adjusted Rand index of "
            f"{rate[0]:.2f} to {rate[1]:.2f}.",
            f"- **Traffic**: a store takes {traffic['weekday'][0]:.0f} to {traffic['weekday'][1]:.0f} "
            f"receipts on a usual weekday (the stores' medians) and {traffic['weekend'][0]:.0f} to "
            f"{traffic['weekend'][1]:.0f} on a Saturday or Sunday.",
            f"- **The case**: from {case['trouble_from']} store {case['store_id']} sold goods of "
            f"poor quality ({weak}) and raised prices by "
            f"{planted['price_factor_in_trouble'] - 1:.0%}. Its young office workers came less: "
            f"{before['segment_revenue_per_month']:,.0f} yuan a month in December 2023 to February "
            f"2024, {worst['segment_revenue_per_month']:,.0f} a year later; satisfaction with goods "
            f"fell from {before['segment_csat_goods']:.0%} to {worst['segment_csat_goods']:.0%}, "
            f"repeat purchase from {before['segment_repeat_purchase_rate']:.0%} to "
            f"{worst['segment_repeat_purchase_rate']:.0%}. On {case['changed_on']} goods, prices "
            f"({planted['price_factor_after'] - 1:.0%} against the chain's), assortment and a "
            f"campaign changed: in the four months after, {after['segment_revenue_per_month']:,.0f} "
            f"yuan, {after['segment_csat_goods']:.0%} and "
            f"{after['segment_repeat_purchase_rate']:.0%}. Store {case['comparison_store_id']} is "
            "like it and lived through none of this.",
            f"- **Campaign C01** works: a random control group of "
            f"{campaigns['C01']['planted']['control_share']:.0%}; it brought "
            f"{c01['orders_it_brought']} orders and {c01['revenue_it_brought_per_treated']:.2f} "
            f"yuan per treated member.",
            "- **Campaign C02** fails: it brings nothing and costs "
            f"{campaigns['C02']['happened']['contact_cost']:,.0f} yuan besides its discounts.",
            "- **Campaign C03** only looks good: it ran before Spring Festival; its control group "
            "grew as much.",
            f"- **Leaving**: of those who stop for good, {leaving['let_down_by_goods']:.0%} were let "
            "down by goods on their last visit and brought them back, "
            f"{leaving['let_down_by_service']:.0%} by the service; the others give no sign.",
            f"- **Birthdays**: visits rise by {calendar['planted']['birthday_uplift_in_visits']:.0%}"
            f" within {calendar['planted']['birthday_days_either_side']} days of a birthday. "
            "**Holidays**: factors by day in `truth.json`.",
            f"- **Stock**: {slow} lie long. Empty shelves cost "
            f"{lost['revenue_lost_in_the_last_year_at_list_price']:,.0f} yuan in the last year, "
            f"{lost['revenue_lost_to_the_late_supplier']:,.0f} of it early in 2025 when {brand} was "
            f"{late['days_late']} days late.",
            f"- **New products**: {len(truth['new_products']['product_ids'])} on a shelf of their "
            "own.",
            "- **Waiting**: each minute at the till takes "
            f"{-said['csat_service_per_minute_waited']:.2f} points off satisfaction with service "
            "(before rounding to 1–5).",
            "- **Funnel**: the mini-program's checkout loses people: "
            f"{funnel['mini_program']['buy']:.0%} buy, on the web {funnel['web']['buy']:.0%}.",
            "- **Bought together**: "
            + "; ".join(f"{a['item']} → {a['partner']}" for a in truth["affinities"])
            + ".",
            "- **Staff**: some sales staff add more to a basket than others. **Opportunities**: "
            f"won {truth['opportunities']['planted']['win_rate']['tried']:.0%} once tried, "
            f"{truth['opportunities']['planted']['win_rate']['not_tried']:.0%} otherwise. "
            "**Referrals** run in chains.",
        ]
    return [
        f"- **客户画像**：{personas}。会员的偏好各有出入，因此对十单以上会员聚类时，与画像的调整兰德指数在 "
        f"{rate[0]:.2f} 到 {rate[1]:.2f} 之间。",
        f"- **客流**：平常工作日一家店收 {traffic['weekday'][0]:.0f} 到 {traffic['weekday'][1]:.0f} 单"
        f"（各店中位数），周末 {traffic['weekend'][0]:.0f} 到 {traffic['weekend'][1]:.0f} 单。",
        f"- **案例**：自 {case['trouble_from']} 起，{case['store_id']} 店进了一批质量差的商品"
        f"（{weak}），并涨价 "
        f"{planted['price_factor_in_trouble'] - 1:.0%}。年轻上班族来得越来越少：2023 年 12 月至 2024 年 "
        f"2 月每月 {before['segment_revenue_per_month']:,.0f} 元，一年后 "
        f"{worst['segment_revenue_per_month']:,.0f} 元；商品满意度从 {before['segment_csat_goods']:.0%} "
        f"降到 {worst['segment_csat_goods']:.0%}，复购率从 "
        f"{before['segment_repeat_purchase_rate']:.0%} 降到 "
        f"{worst['segment_repeat_purchase_rate']:.0%}。{case['changed_on']} 起更换商品、调价（相对连锁标价 "
        f"{planted['price_factor_after'] - 1:.0%}）、增加品种并做了活动：之后四个月为每月 "
        f"{after['segment_revenue_per_month']:,.0f} 元、{after['segment_csat_goods']:.0%} 和 "
        f"{after['segment_repeat_purchase_rate']:.0%}。{case['comparison_store_id']} 店与它相似，没有经历这些。",
        f"- **活动 C01** 有效：随机对照组占 {campaigns['C01']['planted']['control_share']:.0%}；带来 "
        f"{c01['orders_it_brought']} 单，平均每位实验组会员 {c01['revenue_it_brought_per_treated']:.2f} 元。",
        f"- **活动 C02** 失败：没有带来任何增量，除优惠外还花费 "
        f"{campaigns['C02']['happened']['contact_cost']:,.0f} 元。",
        "- **活动 C03** 只是看起来好：正赶上年货季，对照组同样增长。",
        f"- **流失**：不再来的会员里，{leaving['let_down_by_goods']:.0%} 最后一次买的东西出了问题、拿回来退，"
        f"{leaving['let_down_by_service']:.0%} 对服务失望，其余没有任何征兆。",
        f"- **生日**：生日前后 {calendar['planted']['birthday_days_either_side']} 天内到店增加 "
        f"{calendar['planted']['birthday_uplift_in_visits']:.0%}。**节假日**：每天的系数见 `truth.json`。",
        f"- **库存**：{slow}积压。最近一年缺货丢掉 "
        f"{lost['revenue_lost_in_the_last_year_at_list_price']:,.0f} 元，其中 "
        f"{lost['revenue_lost_to_the_late_supplier']:,.0f} 元是 2025 年初{brand}迟到 "
        f"{late['days_late']} 天所致。",
        f"- **新品**：{len(truth['new_products']['product_ids'])} 个，有专门的货架。",
        f"- **等候**：收银每多等一分钟，服务满意度下降 {-said['csat_service_per_minute_waited']:.2f} 分"
        "（取整到 1–5 之前）。",
        f"- **漏斗**：小程序的结算环节流失多：{funnel['mini_program']['buy']:.0%} 完成购买，网店为 "
        f"{funnel['web']['buy']:.0%}。",
        "- **连带**："
        + "；".join(f"{chinese[a['item']]} → {chinese[a['partner']]}" for a in truth["affinities"])
        + "。",
        "- **员工**：有的销售员比别人更能提高连带。**销售机会**：体验过的成交 "
        f"{truth['opportunities']['planted']['win_rate']['tried']:.0%}，没体验的 "
        f"{truth['opportunities']['planted']['win_rate']['not_tried']:.0%}。**转介绍**有成链的。",
    ]


def _table(header: list[str], rows: list[list[str]]) -> list[str]:
    line = "| " + " | ".join(header) + " |"
    return [line, "|" + " --- |" * len(header), *("| " + " | ".join(r) + " |" for r in rows)]


def _like(sales: pd.DataFrame, language: str) -> list[str]:
    columns = {"shop": likeness.figures(sales[sales["quantity"] > 0]), **likeness.REAL}
    words = _WORDS[language]
    header = [words["figure"], words["shop"], "Online Retail", "Complete Journey"]
    rows = [
        [text[language == "en"], *(f"{column[name]:,.{text[2]}f}" for column in columns.values())]
        for name, text in likeness.FIGURES.items()
    ]
    return [*_table(header, rows), "", words["note"]]


def datasheet(shop: Shop, truth: dict, language: str) -> str:
    """The data sheet in one language, as Markdown."""
    words, second = _WORDS[language], language == "en"
    colon = ": " if second else "："
    sales = shop.tables["sales"]
    counts = [n for file in truth["raw"].values() for n in file["faults"].values()]
    kinds = {kind for file in truth["raw"].values() for kind in file["faults"]}
    out = [
        _INTRO[language].format(
            stores=truth["rows"]["stores"],
            days=truth["rows"]["calendar"],
            first=truth["from"],
            last=truth["to"],
            members=truth["rows"]["members"],
            lines=truth["rows"]["sales"],
            faults=len(kinds),
            fault_rows=sum(counts),
        ),
        words["truths"],
        "",
        *_truths(truth, language),
        "",
        words["likeness"],
        "",
        *_like(sales, language),
        "",
        words["tables"],
    ]
    for table, columns in COLUMNS.items():
        where = "" if table in shop.tables else " `zh/ en/`"
        out += [
            "",
            f"### `{table}`{where}",
            "",
            f"{columns[''][second]}{'. ' if second else '。'}"
            + words["rows"].format(n=truth["rows"][table])
            + ("." if second else "。"),
            "",
            *(f"- `{name}`{colon}{text[second]}" for name, text in columns.items() if name),
        ]
    out += ["", words["raw"], ""]
    rows = [
        [
            f"`{file}`",
            f"{found['clean_rows']:,}",
            ", ".join(f"{kind} {n}" for kind, n in found["faults"].items()),
        ]
        for file, found in truth["raw"].items()
    ]
    out += _table([words["file"], words["clean"], words["kinds"]], rows)
    return "\n".join(out) + "\n"
