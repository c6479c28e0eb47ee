"""The features beside those of two other libraries, a page of the site: `page(language)`.

`FEATURES` names for each what openretailscience 0.48 (by its
modules) or pymc-marketing (its customer lifetime value) offers, and what answers it here: functions,
or the reason why there is none. A test looks every function up.
"""

from typing import NamedTuple

SHOP, VALUE = "openretailscience", "pymc-marketing"


class Feature(NamedTuple):
    """One question: in Chinese and English, who else answers it and how, and what does so here."""

    zh: str
    en: str
    peer: str
    theirs: str
    ours: tuple[str, ...] = ()
    why_zh: str = ""
    why_en: str = ""


def _shop(zh: str, en: str, theirs: str, *ours: str, why: tuple[str, str] = ("", "")) -> Feature:
    return Feature(zh, en, SHOP, theirs, ours, *why)


def _value(zh: str, en: str, theirs: str, *ours: str, why: tuple[str, str] = ("", "")) -> Feature:
    return Feature(zh, en, VALUE, theirs, ours, *why)


FEATURES = (
    _shop("同期群留存", "cohorts", "analysis.cohort, plots.cohort", "kpi.cohort_retention",
          "plot.cohort_retention"),
    _shop("综合排名", "composite rank", "analysis.composite_rank", "segment.composite_rank"),
    _shop("交叉购买", "cross-shopping", "analysis.cross_shop", "kpi.cross_shopping"),
    _shop("每名会员的购买次数", "purchases per customer", "analysis.customer",
          "customers.purchases_per_member"),
    _shop("两次购买相隔多久", "time between purchases", "analysis.customer",
          "customers.days_between"),
    _shop("按第几次购买看流失", "churn by purchase number", "analysis.customer",
          "customers.churn_by_purchase"),
    _shop("商品替代树", "customer decision hierarchy", "analysis.customer_decision_hierarchy",
          "recommend.substitutes"),
    _shop("增减来源与转移", "gain, loss and switching", "analysis.gain_loss", "kpi.gain_loss",
          "kpi.switching"),
    _shop("商品关联", "product association", "analysis.product_association",
          "recommend.association_rules", "recommend.also_bought"),
    _shop("销售额分解树", "revenue tree", "analysis.revenue_tree", "customers.revenue_tree"),
    _shop("地图上的距离", "distance on the map", "analysis.haversine",
          why=("约定的表里没有经纬度。", "No table of the contract holds coordinates.")),
    _shop("客户终身价值", "customer lifetime value", "experimental.clv",
          "customers.lifetime_value"),
    _shop("铺货率（店数、加权）", "distribution (stores, weighted)",
          "experimental.metrics.distribution", "stock.moving_rate",
          why=("供货商看铺了多少家别人的店；自己的店看动销率。",
               "A supplier asks in how many of others' stores it is listed; a chain looks at what "
               "moves in its own.")),
    _shop("高中低三档", "heavy, medium, light", "segmentation.hml", "segment.hml"),
    _shop("新客、老客、流失客", "new, repeating, lapsed", "segmentation.nlr", "customers.movement"),
    _shop("RFM", "RFM", "segmentation.rfm", "segment.rfm", "segment.rfm_groups"),
    _shop("客群统计", "figures by segment", "segmentation.segstats", "kpi.sales_summary",
          "customers.spend", "segment.segment_summary"),
    _shop("小计与总计（逐级、各种组合）", "subtotals (rollup, every combination)",
          "segmentation.segstats (cube, rollup)", "kpi.sales_summary",
          why=("每一层各问一次：单数、会员数不能把下一层加起来，一张表里混着小计容易加两遍。",
               "Each level is asked by itself: orders and members do not add up, and subtotals among "
               "the rows are soon added twice.")),
    _shop("按门槛分群", "segments by threshold", "segmentation.threshold", "segment.deciles",
          "segment.rfm"),
    _shop("与上期、去年同期比", "period on period", "plots.period_on_period, utils.date",
          "kpi.growth"),
    _shop("筛选与贴标签", "filtering and labelling", "utils.filter_and_label, utils.label",
          "profile.tag_members",
          why=("筛选用表格库自己的写法。", "Filtering is the dataframe library's own.")),
    _shop("条形、折线、直方、散点、热图", "bars, lines, histograms, scatter, heat maps",
          "plots.bar, line, area, histogram, scatter, heatmap, time", "plot.bars", "plot.lines",
          "plot.spread",
          why=("每个函数另有自己的图；散点与面积图请直接用 matplotlib。",
               "Every function has its own chart besides; scatter and area plots are matplotlib's.")),
    _shop("瀑布图、树图", "waterfall and tree charts", "plots.waterfall, tree_diagram",
          "plot.gain_loss", "plot.revenue_tree"),
    _shop("韦恩图", "Venn diagram", "plots.venn", "plot.cross_shopping",
          why=("三个圈以上就看不清，所以用条形。", "Unreadable above three circles: bars instead.")),
    _shop("价格分布与指数", "prices and indices", "plots.price, index", "kpi.price_index",
          "kpi.price_elasticity",
          why=("“客群比整体”的指数是两列占比相除。",
               "An index of a segment against the whole is one share divided by another.")),
    _shop("图上的趋势线", "trend lines in charts", "plots.styles", "kpi.price_elasticity",
          why=("需要回归的地方给出系数和区间，不只画一条线。",
               "Where a line is fitted, its slope is given with an interval, not only drawn.")),
    _shop("列名、样式等选项", "options for names of columns and for styles", "options", "data.conform",
          why=("列名在入口改一次；图是 matplotlib 的，样式用它的设置。",
               "Columns get their names once, at the door; charts are matplotlib's, and so are their "
               "settings.")),
    _shop("给编程助手的说明", "instructions for coding assistants", "skills",
          why=("每个函数的文档都有可运行的例子，另有函数参考。",
               "Each function's documentation has an example that runs; there is a reference.")),
    _shop("断开的时间线", "timeline with gaps", "plots.broken_timeline", "plot.lines",
          why=("按日分组，缺的日子就看得出。", "Grouped by day, missing days are seen.")),
    _value("BG/NBD 模型", "BG/NBD", "clv.BetaGeoModel", "customers.fit_purchases"),
    _value("Gamma–Gamma 模型", "Gamma–Gamma", "clv.GammaGammaModel", "customers.fit_spend"),
    _value("预计购买、仍活跃的概率、价值", "expected purchases, probability alive, value",
           "expected_purchases, expected_probability_alive, customer_lifetime_value",
           "customers.lifetime_value"),
    _value("会员购买汇总", "purchase history per customer", "clv.rfm_summary",
           "customers.purchase_history"),
    _value("用后一段时间检验", "hold-out check", "clv.rfm_train_test_split", "customers.holdout"),
    _value("RFM 分群", "RFM segments", "clv.rfm_segments", "segment.rfm_groups"),
    _value("价值与活跃概率图", "charts of value and of who is alive",
           "plot_probability_alive_matrix, plot_expected_purchases_*, plot_customer_exposure",
           "plot.alive", "plot.lifetime_value", "plot.holdout"),
    _value("新会员预计的购买", "purchases of a customer yet to come",
           "expected_purchases_new_customer, expected_probability_no_purchase",
           "customers.fit_purchases",
           why=("刚来的会员：model.expected(weeks, 0, 0, 0)。",
                "A member who has just come: model.expected(weeks, 0, 0, 0).")),
    _value("Pareto/NBD、MBG/NBD、BG/BB", "Pareto/NBD, MBG/NBD, BG/BB",
           "clv.ParetoNBDModel, ModifiedBetaGeoModel, BetaGeoBetaBinomModel",
           why=("问的是同一件事；先把一个模型讲清并用后一段时间检验。",
                "They answer the same question; one model is taught well and checked on a hold-out.")),
    _value("合同客户（订阅）", "contractual customers", "clv.ShiftedBetaGeoModel",
           why=("会员没有合同，哪天走的看不见。",
                "Members have no contract: the day they leave is not seen.")),
    _value("贝叶斯后验、协变量", "posteriors and covariates", "MCMC, covariates",
           "customers.churn_model",
           why=("要装 PyMC，取样慢；区间另有算法，其他变量用流失模型。",
                "Needs PyMC and slow sampling; intervals are given without, and other variables "
                "go into the churn model.")),
)  # fmt: skip

OWN = (
    "clean.clean_sales", "clean.find_duplicate_members", "kpi.purchase_path", "kpi.funnel",
    "kpi.nps", "kpi.monitor", "segment.kmeans", "segment.migration", "profile.persona",
    "recommend.ItemCF", "recommend.evaluate", "campaign.plan", "campaign.split_control",
    "campaign.compare_arms", "campaign.difference_in_differences", "stock.abc_xyz",
    "stock.reorder_plan", "stock.transfer_plan",
)  # fmt: skip
"""What neither of the two has, for instance."""

WORDS = {
    "zh": {
        "title": "功能对照",
        "intro": "左边是别的库里的名字（openretailscience 0.48 的模块，"
        "pymc-marketing 的客户终身价值），右边是这里的函数；没有的写明为什么。"
        "用法见[函数参考](reference.md)。",
        "head": "| 问什么 | 别的库 | 这里 | 说明 |",
        "own": "这两个库没有、这里有的，例如：",
    },
    "en": {
        "title": "Features side by side",
        "intro": "What others call it (openretailscience 0.48 by "
        "its modules, pymc-marketing's customer lifetime value), what answers it here, and where "
        "nothing does, why. How to call them: [reference](reference.md).",
        "head": "| question | elsewhere | here | note |",
        "own": "What neither of the two has, for instance:",
    },
}


def page(language: str) -> str:
    """The table as Markdown."""
    words = WORDS[language]
    parts = [f"# {words['title']}", words["intro"]]
    for peer in (SHOP, VALUE):
        rows = [words["head"], "| --- | --- | --- | --- |"]
        for feature in FEATURES:
            if feature.peer == peer:
                asked, why = (
                    (feature.zh, feature.why_zh)
                    if language == "zh"
                    else (feature.en, feature.why_en)
                )
                ours = ", ".join(f"`ck.{name}`" for name in feature.ours) or "–"
                rows.append(f"| {asked} | `{feature.theirs}` | {ours} | {why} |")
        parts += [f"## {peer}", "\n".join(rows)]
    parts.append(words["own"] + " " + ", ".join(f"`ck.{name}`" for name in OWN))
    return "\n\n".join(parts) + "\n"
