"""Each planted truth can be found with the method meant for it, and has its stated size."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crmkit import campaign, kpi, stock
from make.truth import in_segment


def inside(value, interval):
    low, high = interval
    return low <= value <= high


def change(now, before):
    return now / before - 1


# -- campaigns --------------------------------------------------------------------------------


def outcomes(tables, campaign_id):
    row = tables["campaigns"].set_index("campaign_id").loc[campaign_id]
    return campaign.outcomes(
        tables["campaign_contacts"],
        tables["sales"],
        row["starts_on"].date(),
        (row["ends_on"] - row["starts_on"]).days + 1,
        campaign_id,
    )


def test_the_campaign_that_works_is_found_at_its_true_size(tables, planted):
    found = planted["campaigns"]["C01"]["found"]
    result = campaign.compare_groups(outcomes(tables, "C01"))
    assert result.low < found["difference_in_revenue_per_member_contains"] < result.high
    assert result.low > 0
    assert result.p_value < found["p_value_below"]


def test_the_campaign_that_works_pays_for_itself(planted):
    happened = planted["campaigns"]["C01"]["happened"]
    assert happened["revenue_it_brought"] * 0.35 > 3 * happened["contact_cost"]


def test_the_campaign_that_only_looks_good_is_exposed_by_its_control_group(tables, planted):
    found = planted["campaigns"]["C03"]["found"]
    members = outcomes(tables, "C03")
    treated = members[members["group"] == "treatment"]
    growth = change(treated["revenue"].mean(), treated["revenue_before"].mean())
    assert growth > found["before_after_growth_at_least"], "it does not even look good"
    paired = stats.ttest_rel(treated["revenue"], treated["revenue_before"])
    assert paired.pvalue < 0.001
    result = campaign.compare_groups(members)
    assert result.low < 0 < result.high
    control = members[members["group"] == "control"]
    assert change(control["revenue"].mean(), control["revenue_before"].mean()) > 0.2


def test_the_campaign_that_fails_brings_nothing_and_costs_money(tables, planted):
    result = campaign.compare_groups(outcomes(tables, "C02"))
    assert result.low < 0 < result.high
    happened = planted["campaigns"]["C02"]["happened"]
    assert happened["revenue_it_brought"] == 0 < happened["contact_cost"]


def test_groups_were_alike_before_each_campaign(tables):
    for name in ("C01", "C02", "C03"):
        members = outcomes(tables, name)
        before = campaign.compare_groups(members, "revenue_before")
        assert before.p_value > 0.2, name


def test_the_uplift_is_largest_for_families_with_a_young_child(tables, planted):
    members = outcomes(tables, "C01").merge(
        tables["members"][["member_id", "household"]], on="member_id"
    )
    uplift = planted["campaigns"]["C01"]["planted"]["uplift_in_visits"]
    assert max(uplift, key=uplift.get) == "young_child"
    by = members.groupby(["household", "group"])["revenue"].mean().unstack()
    found = by["treatment"] - by["control"]
    # chance leaves room between neighbours, but not between the ends
    assert found["young_child"] > 1.5 * found["couple"]


# -- the case ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def case(tables, planted):
    """The sliding store's lines, whether each is the segment's, and the periods."""
    members = tables["members"]
    mine = set(members.loc[in_segment(members), "member_id"])
    sales = tables["sales"]
    here = sales[sales["store_id"] == planted["case"]["store_id"]]
    here = here.assign(segment=here["member_id"].isin(mine))
    return here, mine, planted["case"]


def revenue_per_month(lines, case, period):
    span = case["happened"][period]
    whole = kpi.sales_summary(lines, since=span["from"], until=span["to"])
    months = len(pd.period_range(span["from"], span["to"], freq="M"))
    return float(whole["revenue"].iloc[0]) / months


def test_the_store_slides_because_young_office_workers_leave(case):
    here, _mine, truth = case
    segment = here[here["segment"]]
    others = here[~here["segment"] & here["member_id"].notna()]
    found = truth["found"]

    def on_year(lines):
        return change(
            revenue_per_month(lines, truth, "worst"),
            revenue_per_month(lines, truth, "a_year_before_worst"),
        )

    assert inside(on_year(segment), found["segment_revenue_worst_on_year"])
    assert inside(on_year(others), found["other_members_revenue_worst_on_year"])
    assert on_year(here) < -0.2


def test_the_store_like_it_across_town_does_not_slide(tables, planted, case):
    _here, _mine, truth = case
    sales = tables["sales"]
    there = sales[sales["store_id"] == truth["comparison_store_id"]]
    assert (
        change(
            revenue_per_month(there, truth, "worst"),
            revenue_per_month(there, truth, "a_year_before_worst"),
        )
        > -0.05
    )


def test_after_the_change_revenue_satisfaction_and_repeat_purchase_recover(tables, case):
    here, mine, truth = case
    found, happened = truth["found"], truth["happened"]
    segment = here[here["segment"]]
    worst, after = (revenue_per_month(segment, truth, p) for p in ("worst", "after"))
    assert inside(change(after, worst), found["segment_revenue_after_on_worst"])
    assert after == pytest.approx(happened["after"]["segment_revenue_per_month"], abs=0.01)

    surveys = tables["surveys"]
    said = surveys[(surveys["store_id"] == truth["store_id"]) & surveys["member_id"].isin(mine)]

    def in_period(rate, frame, period, **options):
        span = happened[period]
        return rate(frame, since=span["from"], until=span["to"], **options)

    goods = {p: in_period(kpi.csat, said, p, of="goods") for p in happened}
    fall = goods["worst"].value - goods["a_year_before_worst"].value
    assert inside(fall, found["segment_csat_goods_fall"])
    assert goods["worst"].high < goods["a_year_before_worst"].low, "could be chance"
    rise = goods["after"].value - goods["worst"].value
    assert inside(rise, found["segment_csat_goods_rise"])
    repeat = {p: in_period(kpi.repeat_purchase_rate, segment, p) for p in happened}
    for period, stated in happened.items():
        assert repeat[period].value == pytest.approx(
            stated["segment_repeat_purchase_rate"], abs=1e-4
        )
    assert repeat["worst"].value < repeat["a_year_before_worst"].value - 0.1
    assert repeat["after"].low > repeat["worst"].high


def test_cohorts_of_the_segment_keep_fewer_members_than_elsewhere(tables, case):
    """Of those who bought in the quarter before the trouble, who still bought in the worst one."""
    _here, mine, truth = case
    members = tables["members"]
    alike = members[(members["home_store_id"] == truth["comparison_store_id"])]
    age = (pd.Timestamp(truth["changed_on"]) - alike["birth_date"]).dt.days / 365.25
    alike = set(alike.loc[(alike["occupation"] == "office") & (age < 35), "member_id"])
    sales = tables["sales"]

    def kept(who):
        return kpi.retention_rate(
            sales[sales["member_id"].isin(who)],
            ("2024-01-01", "2024-03-31"),
            ("2024-12-01", "2025-02-28"),
        )

    slid, usual = kept(mine), kept(alike)
    assert slid.value < usual.value - 0.1
    assert slid.high < usual.low, "could be chance"


def test_prices_and_quality_are_what_changed(tables, case):
    here, _mine, truth = case
    planted = truth["planted"]
    products = tables["products"].set_index("product_id")
    tag = here["list_price"] / here["product_id"].map(products["list_price"])
    touched = here["product_id"].map(products["category"]).isin(planted["categories"])
    bad = here["sold_at"].between(truth["trouble_from"], truth["changed_on"])
    # a return keeps the price it was bought at, so only sold lines are looked at
    sold = here["quantity"] > 0
    assert tag[touched & bad & sold].median() == pytest.approx(
        planted["price_factor_in_trouble"], abs=0.01
    )
    after = here["sold_at"] >= truth["changed_on"]
    assert tag[touched & after & sold].median() == pytest.approx(
        planted["price_factor_after"], abs=0.01
    )
    assert (tag[~touched & sold] == 1).all()
    weak = here["product_id"].map(products["family"]).isin(planted["weak_families"])
    back = here[weak & (here["quantity"] < 0)]
    reasons = back[back["sold_at"].between("2024-05-01", "2025-03-15")]["return_reason"]
    assert reasons.isin(["not_durable", "unreliable"]).mean() > 0.6

    def returned(period):
        return (here[weak & period]["quantity"] < 0).sum() / (weak & period & sold).sum()

    before = here["sold_at"] < truth["trouble_from"]
    assert returned(bad) > 1.7 * returned(before)
    assert returned(after) < 0.7 * returned(bad)


# -- the tills --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def receipts(orders):
    """Receipts in the store by store and day."""
    inside = orders[orders["channel"] == "store"]
    return inside.groupby(["store_id", inside["sold_at"].dt.normalize()]).size()


def test_a_store_takes_as_many_receipts_as_its_cashiers_know(receipts, planted):
    found = planted["traffic"]["found"]
    weekend = receipts.index.get_level_values("sold_at").day_of_week >= 5
    usual = receipts[~weekend].groupby("store_id").median()
    busy = receipts[weekend].groupby("store_id").median()
    assert usual.between(*found["weekday_median"]).all(), usual
    assert (busy / usual).between(*found["weekend_on_weekday"]).all(), busy / usual
    assert (busy / usual).max() > 1.4, "a Saturday is felt"
    quiet, full = receipts.quantile([0.05, 0.95])
    assert quiet >= 35
    assert full <= 130


def test_people_come_over_the_day_as_people_do(orders, tables):
    inside = orders[orders["channel"] == "store"]
    hours = inside.groupby(["store_id", inside["sold_at"].dt.hour]).size().unstack(fill_value=0)
    share = hours.div(hours.sum(axis=1), axis=0)
    assert share.max(axis=None) < 0.16, "no hour takes a sixth of the day"
    stores = tables["stores"].set_index("store_id")
    for store, row in share.iterrows():
        assert row[stores.loc[store, "opens_at"]] < 0.75 * row.max(), "no rush at the door"
        assert row[[17, 18, 19]].mean() > row[[14, 15]].mean(), "the evening is fuller than three"


def test_some_who_left_were_let_down_by_what_they_bought(tables, planted):
    sales, truth = tables["sales"], tables["members_truth"].set_index("member_id")
    sold = sales[(sales["quantity"] > 0) & sales["member_id"].notna()]
    last = sold.sort_values("sold_at").groupby("member_id")["sale_id"].last()
    faulty = sales.loc[
        sales["return_reason"].isin(["not_durable", "unreliable", "poor_performance"]), "return_of"
    ]
    came_back = last.isin(set(faulty))
    left = truth["left_on"].reindex(last.index).notna()
    found = planted["leaving"]["found"]["last_receipt_came_back_as_faulty"]
    assert inside(came_back[left].mean(), found), came_back[left].mean()
    assert came_back[~left].mean() < 0.05


# -- personas ---------------------------------------------------------------------------------


def test_personas_are_recovered_by_clusters_but_not_perfectly(tables, planted, lines):
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score
    from sklearn.preprocessing import StandardScaler

    found = planted["personas"]["found"]
    mine = lines.dropna(subset="member_id")
    count = mine.groupby("member_id")["sale_id"].nunique()
    mine = mine[mine["member_id"].isin(count[count >= found["members_with_orders_at_least"]].index)]
    shares = mine.groupby(["member_id", "category"]).size().unstack(fill_value=0)
    shares = np.sqrt(shares.div(shares.sum(axis=1), axis=0))
    hour = mine["sold_at"].dt.hour
    habits = pd.DataFrame(
        {
            "lines": mine.groupby("member_id").size() / count,
            "morning": (hour < 11).groupby(mine["member_id"]).mean(),
            "noon": hour.between(11, 13).groupby(mine["member_id"]).mean(),
            "weekend": (mine["sold_at"].dt.day_of_week >= 5).groupby(mine["member_id"]).mean(),
            "price": np.log(mine["list_price"]).groupby(mine["member_id"]).mean(),
            "online": (mine["channel"] != "store").groupby(mine["member_id"]).mean(),
        }
    ).dropna()
    features = StandardScaler().fit_transform(shares.join(habits))
    clusters = KMeans(len(planted["personas"]["planted"]), n_init=10, random_state=0)
    persona = tables["members_truth"].set_index("member_id")["persona"].reindex(shares.index)
    score = adjusted_rand_score(persona, clusters.fit_predict(features))
    assert inside(score, found["adjusted_rand_index"]), score


def test_personas_overlap_in_age_and_sex(tables):
    members = tables["members"].merge(tables["members_truth"], on="member_id")
    age = (pd.Timestamp("2025-06-30") - members["birth_date"]).dt.days / 365.25
    tails = age.groupby(members["persona"]).quantile([0.1, 0.9]).unstack()
    order = tails.sort_values(0.1)
    overlaps = order[0.9].to_numpy()[:-1] > order[0.1].to_numpy()[1:]
    # everyone but the students shares ages with the persona next to it
    assert overlaps[1:].all()
    women = (members["gender"] == "female").groupby(members["persona"]).mean()
    assert women.between(0.4, 0.7).all()


def test_members_visit_with_the_spread_of_rates_and_stopping_that_was_planted(tables, planted):
    truth = tables["members_truth"]
    for persona, group in truth.groupby("persona"):
        stated = planted["personas"]["planted"][persona]
        assert len(group) == stated["members"]
        mean = group["visits_per_30_days"].mean()
        assert mean == pytest.approx(stated["visits_per_30_days"], rel=0.12), persona
        assert group["chance_to_stop"].mean() == pytest.approx(stated["chance_to_stop"], rel=0.2)


# -- the calendar -----------------------------------------------------------------------------


def test_people_come_more_around_their_birthday(tables, orders, planted):
    mine = orders.dropna(subset="member_id").merge(
        tables["members"][["member_id", "birth_date", "joined_at"]], on="member_id"
    )
    mine = mine[mine["sold_at"] > mine["joined_at"] + pd.Timedelta(days=8)]
    since = (mine["sold_at"].dt.floor("D") - mine["birth_date"]).dt.days % 365.2425
    near = (since <= 7) | (since >= 358.2425)
    ratio = (near.mean() / 15) / ((1 - near.mean()) / (365.2425 - 15))
    assert inside(ratio, planted["calendar"]["found"]["birthday_visit_ratio"]), ratio


def test_the_weeks_before_spring_festival_are_the_busiest(tables, orders, planted):
    days = tables["calendar"].set_index("date")
    per_day = orders.groupby(orders["sold_at"].dt.floor("D")).size()
    holiday = days["holiday"].reindex(per_day.index)
    usual = per_day[holiday.isna()].mean()
    before = per_day[holiday == "before_spring_festival"].mean() / usual
    found = planted["calendar"]["found"]["before_spring_festival_on_usual_orders"]
    assert inside(before, found), before
    assert per_day[holiday == "spring_festival"].mean() < 0.75 * usual


def test_a_category_on_offer_sells_more(tables, lines):
    offers = tables["promotions"].query("kind == 'percent_off'")
    more = []
    for offer in offers.itertuples():
        mine = lines[lines["category"] == offer.category]
        length = offer.ends_on - offer.starts_on + pd.Timedelta(days=1)

        def share(start, length=length, mine=mine):
            now = mine["sold_at"].between(start, start + length)
            every = lines["sold_at"].between(start, start + length)
            return now.sum() / every.sum()

        more.append(share(offer.starts_on) > share(offer.starts_on - length))
    assert np.mean(more) > 0.85


def test_things_meant_to_go_together_do(lines, planted):
    name = lines["name"]
    for pair in planted["affinities"]:
        first = set(lines.loc[name.str.contains(pair["item"], regex=False), "sale_id"])
        second = set(lines.loc[name.str.contains(pair["partner"], regex=False), "sale_id"])
        with_first = len(first & second) / len(first)
        lift = with_first / (len(second) / lines["sale_id"].nunique())
        assert with_first > 0.75 * pair["added_chance"], pair
        assert lift > 2, pair


# -- stock ------------------------------------------------------------------------------------


def test_few_products_bring_most_of_the_revenue(tables):
    classes = stock.abc(tables["sales"])["abc"].value_counts(normalize=True)
    assert 0.2 < classes["A"] < 0.45
    assert 0.2 < classes["B"] < 0.4


def test_slow_families_lie_for_long(tables, planted):
    book = tables["stock_daily"]
    products = tables["products"].set_index("product_id")
    family = book["product_id"].map(products["family"])
    cost = book["product_id"].map(products["cost"])
    days = (book["on_hand"] * cost).groupby(family).sum() / (book["sold"] * cost).groupby(
        family
    ).sum()
    slow = planted["stock"]["planted"]["slow_families"]
    over = days[slow].min() / days.drop(slow).median()
    assert over > planted["stock"]["found"]["slow_families_days_of_stock_over_median"]
    assert set(days.sort_values(ascending=False).index[: len(slow)]) == set(slow)


def test_turnover_of_the_stock_book_is_that_of_a_shop(tables):
    year = stock.turnover(
        tables["sales"], tables["stock_daily"], tables["products"], since="2024-07-01"
    )
    assert 3 < float(year["turnover"].iloc[0]) < 25


def test_empty_shelves_cost_sales_where_the_truth_says(tables, planted):
    happened = planted["stock"]["happened"]
    year = tables["sales"][tables["sales"]["sold_at"] >= "2024-07-01"]["amount"].sum()
    share = happened["revenue_lost_in_the_last_year_at_list_price"] / year
    assert inside(share, planted["stock"]["found"]["lost_share_of_revenue"]), share
    book = tables["stock_daily"]
    empty = (book["on_hand"] == 0).groupby([book["store_id"], book["product_id"]]).mean()
    worst = [empty[row["store_id"], row["product_id"]] for row in happened["worst"]]
    assert np.mean(worst) > 4 * empty.mean()


def test_the_late_supplier_left_shelves_empty(tables, planted):
    late = planted["stock"]["planted"]["late_supplier"]
    book = tables["stock_daily"]
    brand = book["product_id"].map(tables["products"].set_index("product_id")["brand"])
    then = book["date"].between(late["from"], "2025-02-20")
    empty = book["on_hand"] == 0
    other = empty[then & (brand != late["brand"])].mean()
    assert empty[then & (brand == late["brand"])].mean() > 2 * other


def test_new_products_have_their_shelf(tables, planted):
    new = planted["new_products"]["product_ids"]
    shelf = tables["products"].set_index("product_id").loc[new, "shelf"]
    assert (shelf == "new_arrivals").all()
    assert len(new) >= 12
    assert (tables["products"]["shelf"] == "new_arrivals").sum() == len(new)
    sold = tables["sales"]["product_id"].isin(new)
    assert sold.sum() > 500


# -- service ----------------------------------------------------------------------------------


def test_satisfaction_with_service_falls_with_waiting(tables, planted):
    said = tables["surveys"].dropna(subset=["waited", "csat_service"])
    fit = stats.linregress(said["waited"], said["csat_service"].astype(float))
    assert inside(fit.slope, planted["satisfaction"]["found"]["csat_service_slope"]), fit.slope
    # and satisfaction with goods has nothing to do with it
    both = said.dropna(subset="csat_goods")
    other = stats.linregress(both["waited"], both["csat_goods"].astype(float))
    assert abs(other.slope) < 0.03


def test_satisfaction_rates_are_those_of_a_decent_shop(tables):
    said = tables["surveys"]
    assert 0.75 < (said["csat_goods"].dropna() >= 4).mean() < 0.92
    assert 0.80 < (said["csat_service"].dropna() >= 4).mean() < 0.95
    nps = said["nps"].dropna()
    assert 0.2 < (nps >= 9).mean() - (nps <= 6).mean() < 0.6


def test_the_funnel_has_its_weak_step(tables, planted):
    steps = kpi.funnel(tables["browsing"], by="channel").set_index(["channel", "event"])
    for channel, rates in planted["funnel"]["planted"].items():
        for event, rate in rates.items():
            found = steps.loc[(channel, event), "step_rate"]
            assert found == pytest.approx(rate, abs=planted["funnel"]["found"]["within"])
    weak = planted["funnel"]["weak_step"]
    assert steps.xs(weak["to"], level="event")["step_rate"].idxmin() == weak["channel"]


def test_orders_seen_online_are_those_at_the_till(tables, orders):
    bought = tables["browsing"].query("event == 'buy'")
    online = orders[(orders["channel"] != "store") & (orders["sold_at"] >= "2025-01-01")]
    assert len(bought) == pytest.approx(len(online), rel=0.02)


def test_store_conversion_is_what_was_planted(tables, planted):
    by_store = kpi.conversion_rate(tables["sales"], tables["footfall"], by="store_id")
    rate = by_store.set_index("store_id")["conversion_rate"]
    for store, stated in planted["conversion"]["planted"].items():
        assert rate[store] == pytest.approx(stated, abs=planted["conversion"]["found"]["within"])


def test_deals_are_won_more_often_once_tried(tables, planted):
    deals = tables["opportunities"]
    closed = deals[deals["stage"].isin(["won", "lost"])]
    stages = tables["opportunity_stages"]
    tried = closed["opportunity_id"].isin(stages.loc[stages["stage"] == "tried", "opportunity_id"])
    won = closed["stage"] == "won"
    stated = planted["opportunities"]["planted"]["win_rate"]
    within = planted["opportunities"]["found"]["within"]
    assert won[tried].mean() == pytest.approx(stated["tried"], abs=within)
    assert won[~tried].mean() == pytest.approx(stated["not_tried"], abs=within)


def test_some_sales_staff_add_more_to_a_basket_than_others(orders, planted):
    """The best and the worst third of the planted skills differ in lines per order."""
    skill = pd.Series(planted["staff"]["planted"]["added_share_of_further_lines"])
    further = (orders["lines"] - 1).groupby(orders["staff_id"]).mean().reindex(skill.index)
    store = orders.groupby("staff_id")["store_id"].first().reindex(skill.index)
    usual = (orders["lines"] - 1).groupby(orders["store_id"]).mean()
    above = further / store.map(usual) - 1
    assert stats.spearmanr(skill, above).statistic > 0.6


def test_goods_come_back_as_often_as_planted(tables, planted):
    stated = planted["returns"]["planted"]
    sales = tables["sales"]
    family = sales["product_id"].map(tables["products"].set_index("product_id")["family"])
    ordinary = ~family.isin(stated["weak_families"]) & (sales["channel"] == "store")
    member = sales["member_id"].notna()

    def rate(lines):
        return (lines["quantity"] < 0).sum() / (lines["quantity"] > 0).sum()

    # returns are taken at the till, so members' store rate holds online returns too
    assert rate(sales[ordinary & ~member]) == pytest.approx(
        stated["chance"] * stated["factor_walk_in"], rel=0.2
    )
    everywhere = sales[~family.isin(stated["weak_families"]) & member]
    assert stated["chance"] < rate(everywhere) < stated["chance"] * stated["factor_online"]


def test_those_recommended_come_from_active_members(tables):
    referrals = tables["referrals"]
    joined = referrals["joined_member_id"].notna().mean()
    assert 0.25 < joined < 0.45
    per_year = len(referrals) / 2.5 / tables["sales"]["member_id"].nunique()
    assert 0.05 < per_year < 0.5


def test_an_empty_shelf_costs_satisfaction_with_goods(planted):
    """Only the simulation knows who missed what, so it is asked directly."""
    from make import floor, voices
    from make.shop import SEED, trade

    t = trade(SEED, 0)
    missed = np.zeros(len(t.visits), dtype=int)
    missed[t.lost["order"].unique()] = 1
    waited = floor.make_waiting(SEED, 0, t.visits)
    said = voices.make_surveys(SEED, 0, t.visits, waited, missed).dropna(subset="csat_goods")
    who = missed[said["order"]] == 1
    goods = said["csat_goods"].astype(float)
    fall = goods[who].mean() - goods[~who].mean()
    stated = planted["satisfaction"]["planted"]["csat_goods_when_something_was_out_of_stock"]
    # rounding to 1..5 takes a part of it away
    assert who.sum() > 150
    assert 1.1 * stated < fall < 0.5 * stated
