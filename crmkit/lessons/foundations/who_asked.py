"""What the lesson on the customers asks."""

from functools import cached_property
from typing import Any

from crmkit.i18n import gettext as _
from crmkit.i18n import label
from crmkit.labels import heading
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.foundations.tastes import (
    above,
    faithful,
    habits,
    places,
    said_and_did,
    slips,
    tastes,
    unlike_their_kind,
)
from crmkit.lessons.foundations.who import plot_two, title_of
from crmkit.lessons.view import pictured, share, store_names, yuan
from crmkit.screen import Part, parts


class Who(Keys):
    """What the lesson on the customers asks."""

    @cached_property
    def number(self) -> int:
        """This learner's number."""
        return int(self.given.get("my_number", 1))

    def _guessed(self, name: str) -> str:
        return f"{self.given[name]:g}" if name in self.given else "–"

    def sexes_chart(self) -> Part:
        """What men and women spent, one over the other, with the guess."""
        these, those = ("gender", "male"), ("gender", "female")
        words = _(
            "Your guess: {guess} of 100. It is {value:.0f}: as if a coin were tossed."
        ).format(guess=self._guessed("men_guess"), value=above(these, those))
        picture = pictured(lambda ax: plot_two(these, those, ax=ax), words, size=(10, 4.2))
        found = habits("gender")
        rows = [
            (
                label("gender", one),
                f"{int(found['buyers'][one]):,}",
                yuan(found["revenue_each"][one]),
            )
            for one in ("female", "male")
        ]
        heads = [heading("gender"), _("Members who bought"), _("Spent on average")]
        return parts.column(
            picture, parts.message("noted", words), parts.table(_("The same year"), heads, rows)
        )

    def on_average(self) -> Key:
        """By how many per cent women spent more than men on average."""
        each = habits("gender")["revenue_each"].round(2)
        more = (
            "这是相差多少元，不是百分之几。",
            "That is the difference in yuan, not a percentage.",
        )
        whole = ("多出来的才算：再减去 100%。", "Only what is above counts: take away 100 %.")
        ratio = 100 * each["female"] / each["male"]
        return Key(ratio - 100, {more: each["female"] - each["male"], whole: ratio})

    def homes_chart(self) -> Part:
        """What two households spent, one over the other, with the guess."""
        these, those = ("household", "shared_flat"), ("household", "young_child")
        each = habits("household")["revenue_each"]
        words = _(
            "Your guess: {guess} of 100. It is {value:.0f}, although on average one group spent "
            "{more:.1f} times as much as the other."
        ).format(
            guess=self._guessed("flat_guess"),
            value=above(these, those),
            more=each["young_child"] / each["shared_flat"],
        )
        picture = pictured(lambda ax: plot_two(these, those, ax=ax), words, size=(10, 4.2))
        return parts.column(picture, parts.message("noted", words))

    def jobs(self) -> list[tuple[str, str]]:
        """The occupations to choose from."""
        return [(one, label("occupation", one)) for one in sorted(habits("occupation").index)]

    def noon(self) -> Key:
        """Who comes most from 11 to 14."""
        found = habits("occupation")
        online = ("看错了一列：那是网上买得最多的。", "The wrong column: they buy most online.")
        return Key(
            found["noon"].idxmax(),
            {online: found["online"].idxmax()},
            {"share": f"{100 * found['noon'].max():.0f}"},
        )

    def somebody(self) -> Any:
        fit = unlike_their_kind()
        return fit.iloc[(37 * self.number) % len(fit)]

    def card(self) -> Part:
        """A member of the office kind who does not buy what the kind buys."""
        one = self.somebody()
        spent = tastes().loc[one["member_id"]].sort_values(ascending=False).head(4)
        heads = [heading("category"), _("Spent in the year")]
        rows = [(label("category", name), yuan(value)) for name, value in spent.items()]
        return parts.card(
            parts.facts(
                (_("Member"), str(one["member_id"])),
                *((heading(by), title_of(by, one[by])) for by in ("gender", "age_band", "occupation", "household")),
            ),
            parts.table(_("What this member bought"), heads, rows),
            title=_("The card on the screen"),
        )  # fmt: skip

    def shelves(self) -> list[tuple[str, str]]:
        """Every category, to choose from."""
        return [(code, label("category", code)) for code in sorted(tastes().columns)]

    def show_first(self) -> Key:
        """What to speak of first with the member on the card."""
        job = (
            "那是一般上班族买得最多的，不是这位。",
            "That is what office workers buy most, not this one.",
        )
        sex = (
            "这是按男女想的。卡上写着买过什么。",
            "That goes by sex. The card says what was bought.",
        )
        one = self.somebody()
        cliche = {"female": "personal_care", "male": "gadgets"}[one["gender"]]
        return Key(one["favourite"], {job: "tea_coffee", sex: cliche})

    def stores(self) -> list[tuple[str, str]]:
        """The stores to choose from."""
        return [(one.lower(), name) for one, name in store_names().items()]

    def warm_told(self) -> Part:
        """What warm things bring at the four stores, with the guess."""
        found, names = places()["warm"], store_names()
        words = _("Your guess: {guess} of 1,000 yuan. It is {value:.0f}.").format(
            guess=self._guessed("warm_guess"), value=found["S02"]
        )
        rows = [(names[one], f"{value:.0f}") for one, value in found.items()]
        heads = [_("Store"), _("Yuan of 1,000")]
        title = _("Hand warmers, scarves, blankets, July 2024 to June 2025")
        return parts.column(
            parts.message("noted", words),
            parts.table(title, heads, rows, list(found / found.max())),
        )

    def busier(self) -> Key:
        """How many times as many orders the chosen store takes before Spring Festival."""
        store = str(self.given.get("my_store", "s01")).upper()
        row = places()[["usual", "festival"]].round(1).loc[store]
        more = ("这是多了几单，不是几倍。", "That is how many orders more, not how many times.")
        return Key(
            row["festival"] / row["usual"],
            {"upside_down": row["usual"] / row["festival"], more: row["festival"] - row["usual"]},
        )

    def ten(self) -> Part:
        """Ten slips of this learner's own."""
        found = slips(self.number)
        rows = [
            (f"{place}", f"{r.csat_goods}", f"{r.csat_service}", f"{r.nps}")
            for place, r in enumerate(found.itertuples(), 1)
        ]
        heads = [_("Customer"), _("Goods, 1–5"), _("Service, 1–5"), _("Would recommend, 0–10")]
        return parts.card(parts.table(_("Ten slips from the box"), heads, rows))

    def _satisfied(self, column: str, other: str) -> Key:
        found = slips(self.number)
        right = 100 * float((found[column] >= 4).mean())
        wrong = {
            ("只数了 5 分的，4 分也算满意。", "Only the fives: a 4 counts as satisfied, too."): 100 * float((found[column] == 5).mean()),
            ("那是平均分折成的百分数。数人头：4 分和 5 分的有几位？", "That is the average score. Count heads: how many gave 4 or 5?"): 20 * float(found[column].mean()),
            ("看错了一列。", "The wrong column."): 100 * float((found[other] >= 4).mean()),
        }  # fmt: skip
        return Key(right, {why: value for why, value in wrong.items() if abs(value - right) > 0.1})

    def goods(self) -> Key:
        """How many of the ten are satisfied with the goods."""
        return self._satisfied("csat_goods", "csat_service")

    def service(self) -> Key:
        """How many of the ten are satisfied with the service."""
        return self._satisfied("csat_service", "csat_goods")

    def points(self) -> Key:
        """The net promoter score of the ten."""
        found = slips(self.number)["nps"]
        high, low = 100 * float((found >= 9).mean()), 100 * float((found <= 6).mean())
        middle = 100 * float(found.between(7, 8).mean())
        wrong = {
            ("只数了 9、10 分的，还要减去 0–6 分的。", "Only the nines and tens: take away those from 0 to 6."): high,
            ("7、8 分的不算推荐，也不算贬损。", "Those who gave 7 or 8 count on neither side."): high + middle - low,
            ("那是平均分。", "That is the average score."): float(found.mean()),
        }  # fmt: skip
        right = high - low
        return Key(right, {why: value for why, value in wrong.items() if abs(value - right) > 0.1})

    def recommended(self) -> Key:
        """Referrals by active members, in per cent."""
        n = faithful()
        joined = ("入会的是下一题；这里数推荐了几次。", "Those who joined come next; here count referrals.")  # fmt: skip
        return Key(100 * n["made"] / n["active"], {joined: 100 * n["joined"] / n["active"]})

    def joined(self) -> Key:
        """Of the referrals, how many joined, in per cent."""
        n = faithful()
        base = ("要除以推荐次数，不是会员数。", "Divide by the referrals, not by the members.")
        return Key(100 * n["joined"] / n["made"], {base: 100 * n["joined"] / n["active"]})

    def again(self) -> Key:
        """Of the members who bought, how many bought twice, in per cent."""
        n = faithful()
        once = ("那是只来过一次的。", "Those came only once.")
        rate = 100 * n["again"] / n["active"]
        return Key(rate, {once: 100 - rate}, {"once": f"{n['active'] - n['again']:,}"})

    def words(self) -> Key:
        """What follows from a good score."""
        return Key("ask", facts={"share": share(said_and_did()["did"][10] / said_and_did()["members"][10])})  # fmt: skip
