"""What the lesson on tags shows and asks: the typical customer, portraits, stores side by side."""

from collections.abc import Callable
from functools import cache
from typing import Any

from crmkit.i18n import gap, get_language
from crmkit.i18n import gettext as _
from crmkit.labels import code
from crmkit.learn.questions import Key
from crmkit.lessons.analyst.tagging import index_of, life_cycle
from crmkit.lessons.analyst.trying import STORES, StoreKeys, store_by_store
from crmkit.lessons.view import pictured, share, table_of
from crmkit.profile import facts, tag_members
from crmkit.screen import Part, Screen, parts

TYPICAL = {"gender": "female", "age_band": "25-34", "occupation": "office", "household": "couple"}
"""The commonest tag of each column: the customer whom marketing has in mind."""


def tagged() -> Any:
    """All members with their tags and their home store."""
    return _tagged(get_language())


@cache
def _tagged(_language: str) -> Any:
    members = table_of("members", {})
    found = tag_members(members, table_of("sales", {}), table_of("products", {}))
    return found.merge(members[["member_id", "home_store_id"]])


def life_cycles(sales: Any) -> Any:
    """How many customers of a table of sales are in each stage, by the rules of the lesson."""
    who = sales[["member_id"]].dropna().drop_duplicates()
    found = life_cycle(facts(who, sales))["life_cycle"]
    return found.value_counts().rename("members").rename_axis("life_cycle").reset_index()


def beside(index: Callable, members: Any) -> Screen:
    """What a learner's own function gives for every store, side by side."""
    clear = members.dropna(subset="preference")["home_store_id"].value_counts()
    return store_by_store(
        _("Tea and coffee as the favourite: 100 is as among all members"),
        _("Index"),
        lambda store: index(members, "home_store_id", store, "preference", "tea_coffee"),
        lambda value: f"{value:.0f}",
        (_("Members whose preference is known"), lambda store: int(clear.get(store, 0))),
    )


class Tagging(StoreKeys):
    """What the lesson on tags asks."""

    def left_over(self) -> Part:
        """How many of 100 members are left as one trait of the typical customer joins another."""
        guessed, members = self.given.get("typical_guess"), tagged()
        found: dict[str, float] = {}
        fits = members["member_id"].notna()
        for kind, tag in TYPICAL.items():
            fits = fits & (members[kind] == tag)
            found[f"{'+ ' if found else ''}{code(kind, tag)}"] = 100 * fits.mean()
        last = found[list(found)[-1]]
        says = _("About {n:.0f} of every 100 members are all four.").format(n=last)
        if guessed is not None:
            found[_("your guess")] = guessed
            says += gap() + _("You guessed {guess}.").format(guess=f"{guessed:.0f}")

        def draw(ax: Any) -> None:
            from crmkit.plot import _style

            colours = [_style.MAIN] * len(TYPICAL) + [_style.ACCENT]
            drawn = ax.barh(list(found), list(found.values()), color=colours[: len(found)])
            ax.bar_label(drawn, [f"{value:.0f}" for value in found.values()], padding=3)
            ax.invert_yaxis()
            ax.set_xlabel(_("Of every 100 members"))
            ax.set_xlim(0, 100)

        return parts.column(pictured(draw, says, size=(8, 2.8)), parts.text(says))

    def m4(self) -> Key:
        """The tag of a member who used to come often and has not been seen for 200 days."""
        return Key("sleeping", {("往上看：200 天没来，前面那条已经成立了。", "Look further up: 200 days away, and an earlier rule holds already."): "loyal", ("200 天还没到一年。", "200 days are not a year."): "lost", ("“超过 180 天”排在“超过 90 天”前面，先成立的算数。", "“More than 180 days” stands before “more than 90”, and the first that holds counts."): "cooling"})  # fmt: skip

    def baby(self) -> Key:
        """Of homes with a young child, in per cent, those whose favourite is baby goods."""
        known = tagged().dropna(subset="preference")
        homes, fans = known["household"] == "young_child", known["preference"] == "baby"
        turned = ("这是反过来的：最爱母婴用品的人里，有幼儿的占几成。", "That is the other way round: of those who like baby goods best, the share with a young child.")  # fmt: skip
        overall = ("这是全体会员的比例。", "That is the share of all members.")
        both = homes & fans
        homes_known = known["household"].notna()
        return Key(
            float(100 * both.sum() / homes.sum()),
            {
                turned: float(100 * both.sum() / (fans & homes_known).sum()),
                overall: float(100 * fans.mean()),
            },
            {"share": share(both.sum() / homes.sum())},
        )

    def chance(self) -> Key:
        """Which of three findings deserves a decision."""
        return Key("homes", {("15 个人里的 2 个：换一个人，指数就变一半。", "Two of 15 people: one more or less and the index halves."): "other", ("指数 100 就是和全体一样。", "An index of 100 is just as among all."): "even"})  # fmt: skip

    def tea_store(self) -> Key:
        """At which store tea and coffee stand out most."""
        found = {one: index_of(tagged(), "home_store_id", one, "preference", "tea_coffee") for one in STORES}  # fmt: skip
        most = max(found, key=found.__getitem__)
        return Key(most, facts={"index": f"{found[most]:.0f}"})
