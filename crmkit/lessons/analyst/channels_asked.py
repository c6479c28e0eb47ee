"""What is asked of analysts about the forms of five channels: the keys."""

from crmkit.i18n import gettext as _
from crmkit.learn.questions import Key, Keys
from crmkit.lessons.analyst.exports import export, sold
from crmkit.lessons.view import beside_guess, share
from crmkit.screen import Part


class Channels(Keys):
    """What the lesson on channels asks."""

    def counted(self) -> Part:
        """Customers added up channel by channel, and people, with what somebody guessed."""
        lines, guessed = sold(), self.given.get("people_guess")
        each = lines.dropna(subset="phone").groupby("channel")["phone"].nunique()
        persons_ = lines["phone"].nunique()
        found = {_("added up, channel by channel"): int(each.sum()), _("people"): persons_}
        says = _("{people} people, not {sum}.").format(people=f"{persons_:,}", sum=f"{each.sum():,}")  # fmt: skip
        guess = None if guessed is None else int(guessed)
        return beside_guess(found, says, guess, ",", each.sum() * 1.15)

    def people(self) -> Key:
        """How many people the eight lines know by phone."""
        return Key(
            2,
            {
                "lines_for_orders": 8,
                ("写法不同，号码可以相同：先统一写法。", "Different spellings may be one number: write them one way first."): 5,
                ("1547179660 只有十位，不知道是谁。", "1547179660 has ten digits: nobody knows whose it is."): 3,
            },
        )  # fmt: skip

    def spent(self) -> Key:
        """What the person with 14203014345 spent over all channels."""
        store = ("只看了门店：网店和小程序也是这个人。", "That is the store alone: web and app are the same person.")  # fmt: skip
        return Key(244.0, {store: 89.0})

    def same_person(self) -> Key:
        """Which of the five forms are one person."""
        return Key("j1-j3", {("同一个手机号，但姓名和生日都不同：是一家人。", "One phone, but name and birthday differ: a family."): "j1-j2", ("只有姓名相同，别的都不同：是两个人。", "Only the name is the same: two people."): "j4-j5"})  # fmt: skip

    def answered(self) -> Key:
        """The share of those seen in June whose opinion is known from the survey."""
        buyers = set(sold()["phone"].dropna())
        survey = export("survey_form").dropna(subset="phone").sort_values("asked_at")
        asked = set(survey["phone"])
        rate = len(buyers & asked) / len(buyers)
        last = survey.drop_duplicates("phone", keep="last")
        scored = set(last.loc[last["nps"].notna(), "phone"])
        no_score = ("像是数了打过推荐分的：有人答了问卷，只是没打那一分。要数手机号。", "This looks like those who gave a score: some answered and left it out. Count the phones.")  # fmt: skip
        upside = ("这是答过问卷的人里，6 月来过的比例：分母要用 6 月来过的人。", "That is the share of those who answered: divide by those seen in June.")  # fmt: skip
        return Key(100 * rate, {upside: 100 * len(buyers & asked) / len(asked), no_score: 100 * len(buyers & scored) / len(buyers)}, {"share": share(rate)})  # fmt: skip
