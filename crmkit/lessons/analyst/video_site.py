"""A small video site, made up: what was watched for how long; and what the lesson shows and asks."""

from functools import cache
from typing import Any

from crmkit.i18n import get_language
from crmkit.i18n import gettext as _
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.view import beside_guess, share, table_of
from crmkit.recommend import Evaluation, ItemCF, UserCF, evaluate
from crmkit.screen import Part

SPLIT, DAYS = "2025-05-01", 61
"""From this day on recommenders of the web shop are judged, for so many days."""

NEW_ON = "2025-06-17"
"""The day on which four videos came out, and from which those of the video site are judged."""

VIDEOS = (
    ("drama", "老街口", "The Old Corner"), ("drama", "北上列车", "Northbound"),
    ("drama", "第七封信", "The Seventh Letter"), ("drama", "雨季", "Rainy Season"),
    ("comedy", "合租一家人", "Flatmates"), ("comedy", "店长不好当", "Manager for a Day"),
    ("comedy", "震惊！他打开了冰箱", "You Won't Believe This Fridge"), ("comedy", "周末休战", "Weekend Truce"),
    ("mystery", "零点便利店", "Store at Midnight"), ("mystery", "丢失的小票", "The Lost Receipt"),
    ("mystery", "雾港", "Fog Harbour"), ("mystery", "第三个脚印", "The Third Footprint"),
    ("nature", "候鸟", "Birds of Passage"), ("nature", "茶山四季", "Four Seasons of Tea"),
    ("nature", "深海", "The Deep"), ("nature", "雪线以上", "Above the Snow Line"),
    ("cooking", "一碗面", "One Bowl of Noodles"), ("cooking", "凌晨四点的面包", "Bread at Four"),
    ("cooking", "外婆的腌菜", "Grandmother's Pickles"), ("cooking", "夜市", "Night Market"),
    ("drama", "返乡", "Homecoming"), ("mystery", "没有指纹", "No Fingerprints"),
    ("nature", "湿地", "Wetlands"), ("cooking", "豆腐课", "The Tofu Lesson"),
)  # fmt: skip
"""Genre and titles; the seventh is opened by many and left by nearly all, the last four are new."""

BAIT, NEW = "V07", ("V21", "V22", "V23", "V24")


def catalogue() -> Any:
    """The videos: id, genre as their category, and title in the current language."""
    import pandas as pd

    place = 1 if get_language() == "zh" else 2
    rows = [(f"V{n:02}", one[0], one[place]) for n, one in enumerate(VIDEOS, 1)]
    return pd.DataFrame(rows, columns=["product_id", "category", "title"])


@cache
def _views() -> Any:
    import numpy as np
    import pandas as pd

    dice = np.random.default_rng(7)
    genres = np.array([one[0] for one in VIDEOS])
    ids = np.array([f"V{n:02}" for n in range(1, len(VIDEOS) + 1)])
    draw = dice.gamma(2.0, 1.0, len(ids)) + 0.5
    first, new_on = pd.Timestamp("2025-05-01"), pd.Timestamp(NEW_ON)
    rows = []
    for viewer in range(1, 301):
        likes = dice.choice(sorted(set(genres)), 2, replace=False)
        taste = np.where(np.isin(genres, likes), 8.0, 1.0) * draw
        taste[ids == BAIT] = taste.max() * 3
        left = set(range(len(ids)))
        for turn in range(10):
            later = turn >= 7
            open_ = [n for n in left if later or ids[n] not in NEW]
            weight = taste[open_] * np.where(np.isin(ids[open_], NEW), 3.0, 1.0)
            n = dice.choice(open_, p=weight / weight.sum())
            left.discard(n)
            day = new_on + pd.Timedelta(days=int(dice.integers(0, 14))) if later else first + pd.Timedelta(days=int(dice.integers(0, 47)))  # fmt: skip
            seen = dice.beta(6, 2) if genres[n] in likes else dice.beta(2, 3)
            seen = dice.uniform(0.02, 0.12) if ids[n] == BAIT else seen
            rows.append((f"U{viewer:03}", ids[n], day, 1, round(float(seen), 2)))
    columns = ["member_id", "product_id", "sold_at", "quantity", "watched_share"]
    return pd.DataFrame(rows, columns=columns)


def views() -> Any:
    """What 300 viewers opened in two months, and which share of it they watched."""
    return _views().copy()


def web_shop() -> Any:
    """What members bought in the web shop and the app."""
    sales = table_of("sales", {})
    return sales[sales["channel"].isin(["web", "mini_program"]) & (sales["quantity"] > 0)]


@cache
def judged() -> Evaluation:
    """The recommenders of the web shop, as the lesson judges them."""
    models = {"ItemCF": ItemCF(), "UserCF": UserCF()}
    return evaluate(models, web_shop(), split_on=SPLIT, days=DAYS)


@cache
def claimed() -> float:
    """The vendor's figure: fitted on all purchases, judged on some of the same, old ones allowed."""
    shop = web_shop()
    later = shop[shop["sold_at"] >= SPLIT]
    known = sorted(set(later["member_id"]) & set(shop.loc[shop["sold_at"] < SPLIT, "member_id"]))
    told = UserCF().fit(shop).recommend(known, only_new=False)[["member_id", "product_id"]]
    hits = told.merge(later[["member_id", "product_id"]].drop_duplicates())
    return hits["member_id"].nunique() / len(known)


class Offering(Keys):
    """What the lesson on recommendations asks."""

    def _rate(self, model: str) -> float:
        return float(judged().table.set_index("model").at[model, "hit_rate"])

    def floor(self) -> Part:
        """The vendor's figure and the best sellers', with what somebody guessed."""
        guessed = self.given.get("floor_guess")
        found = {_("the vendor says"): 100 * claimed(), _("the same ten for everybody"): 100 * self._rate("Popular")}  # fmt: skip
        says = _(
            "The best sellers alone hit {floor:.0f} of every 100 members; the vendor says {claim:.0f}."
        ).format(floor=100 * self._rate("Popular"), claim=100 * claimed())
        return beside_guess(found, says, guessed, ".0f", 105, _("Of every 100 members"))

    def common(self) -> Key:
        """How many members bought both coffee and the cup."""
        return Key(2, {("M3 买了两次咖啡，可没买杯子。", "M3 bought coffee twice, but no cup."): 3, ("买过咖啡的是 4 位；还要买过杯子。", "4 bought coffee; the cup as well is asked for."): 4})  # fmt: skip

    def gain(self) -> Key:
        """By how many of 100 members item-based filtering beats the best sellers."""
        rate, floor = 100 * self._rate("ItemCF"), 100 * self._rate("Popular")
        without = ("还没减地板：畅销榜自己就中这么多。", "The floor is still in it: take off what best sellers hit.")  # fmt: skip
        claim = ("那是拿厂商的数去减。用老实算的那一行。", "That takes the vendor's figure; use the honest row.")  # fmt: skip
        return Key(rate - floor, {without: rate, claim: 100 * claimed() - floor}, {"rate": share(rate / 100), "floor": share(floor / 100)})  # fmt: skip

    def bait(self) -> Key:
        """What should count as liking a video."""
        return Key("half", {("点开的人最多，看完的没几个。", "Most people open it, hardly anybody stays."): "opened", ("评分的人太少，还多半是生气或狂喜的。", "Few people rate, and mostly the angry and the delighted."): "rated"})  # fmt: skip

    def which(self) -> Key:
        """Which recommender suits the video site's new videos."""
        return Key("content", {("没人看过的片子，它和谁都不像。", "A video nobody has seen is like no other to it."): "item", ("新片还没有人看，进不了榜。", "Nobody has seen a new one yet, so it is on no list."): "popular"})  # fmt: skip
