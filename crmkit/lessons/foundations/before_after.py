"""What is asked before the course and after it: the same ten things in other words and numbers."""

from crmkit.learn.questions import Key, Keys


class Before(Keys):
    """The keys of foundations-before, alike for everybody."""

    def last_word(self) -> Key:
        return Key("no")

    def whose_data(self) -> Key:
        return Key("hers")

    def look_up(self) -> Key:
        return Key("find")

    def complaint(self) -> Key:
        return Key("hear")

    def overdue(self) -> Key:
        return Key("weekly")

    def csat(self) -> Key:
        return Key(100 * (9 + 11) / 25)

    def impossible(self) -> Key:
        return Key("day")

    def aov(self) -> Key:
        return Key(4860 / 60)

    def moved(self) -> Key:
        return Key("conversion")

    def axis(self) -> Key:
        return Key("zero")


class After(Before):
    """The keys of foundations-after, where they differ."""

    def last_word(self) -> Key:
        return Key("yes")

    def whose_data(self) -> Key:
        return Key("desk")

    def overdue(self) -> Key:
        return Key("ten")

    def csat(self) -> Key:
        return Key(100 * (18 + 16) / 40)

    def impossible(self) -> Key:
        return Key("hour")

    def aov(self) -> Key:
        return Key(6480 / 72)

    def moved(self) -> Key:
        return Key("people")
