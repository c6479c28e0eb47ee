"""What the lesson on regulars who were lost asks: the keys."""

from typing import Any

from crmkit.i18n import get_language, label
from crmkit.i18n import gettext as _
from crmkit.labels import quarter
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.foundations.lost import LIKE_IT, SLIDING, all_satisfied, parted
from crmkit.lessons.foundations.regulars_lost import all_lost, as_picture, signs, the_hero
from crmkit.lessons.view import share, shown_table
from crmkit.screen import Part, parts


class Lost(Keys):
    """What the lesson on a lost customer asks."""

    def story_chart(self) -> Part:
        """The member's story, with the guess of how often somebody got in touch."""
        who, told = the_hero(get_language())
        last = told.loc[told["trace"] == "order", "at"].max()
        calls = int(((told["trace"] == "followup") & (told["at"] >= last)).sum())
        scores = told.loc[told["at"] < last, "csat_goods"].dropna()
        words = _(
            "Your guess: {guess} times. It was {calls}: after the last purchase nobody got in touch. "
            "Until then the goods were given {score:.1f} of 5 on average ({n} answers)."
        ).format(
            guess=self.given.get("calls_guess", "–"),
            calls=calls,
            score=scores.mean(),
            n=len(scores),
        )
        picture = as_picture(who, words)
        if "calls_guess" not in self.given:
            return picture
        return parts.column(picture, parts.message("noted", words))

    def trace(self) -> Key:
        """What the member's last trace is."""
        told = the_hero(get_language())[1]
        return Key(
            str(told["trace"].iloc[-1]), facts={"reason": label("return_reason", _reason(told))}
        )

    def signs_chart(self) -> Part:
        """What the lost regulars showed before they left, with the guess."""
        found = signs()
        silent = float(found.set_index("left_after")["members_share"]["nothing"])
        words = _(
            "Your guess: {guess} of 100. Really {silent:.0f} of 100 left without a sign."
        ).format(guess=self.given.get("silent_guess", "–"), silent=100 * silent)
        table = shown_table(
            _("{n} lost regulars: what they showed before they left").format(n=len(all_lost())),
            found,
            list(found["members_share"]),
        )
        return parts.column(table, parts.message("noted", words))

    def quarters(self) -> list[tuple[str, str]]:
        """The quarters to choose from."""
        return [(one.lower(), quarter(one)) for one in sorted(set(all_satisfied()["quarter"]))]

    def part(self) -> Key:
        """The quarter in which the two stores part."""
        when = parted(all_satisfied())
        found = all_satisfied().set_index(["store_id", "quarter"])["csat"]
        return Key(
            when.lower(),
            facts={"here": share(found[SLIDING, when]), "there": share(found[LIKE_IT, when])},
        )


def _reason(told: Any) -> str:
    return str(told["return_reason"].dropna().iloc[-1])
