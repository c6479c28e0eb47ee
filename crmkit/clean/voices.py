"""What customers say: survey answers and public comments, made fit to count."""

from __future__ import annotations

import html
import re
from datetime import date
from typing import Any

from crmkit.clean.columns import (
    clean_amounts,
    clean_codes,
    clean_ids,
    clean_moments,
    clean_people,
    renamed,
    set_aside_duplicates,
    set_aside_furniture,
    tidy_all_text,
)
from crmkit.clean.frames import as_text, is_text
from crmkit.clean.report import Cleaning, CleaningReport
from crmkit.clean.values import SHOP_TIME_ZONE, clean_text
from crmkit.tables import CONTRACT, arguments, as_date, missing_column

WORDS = {
    5: ("非常满意", "很满意", "十分满意", "非常好", "very satisfied", "excellent"),
    4: ("满意", "比较满意", "好", "satisfied", "good"),
    3: ("一般", "还行", "普通", "so-so", "neutral", "average", "ok"),
    2: ("不满意", "不太满意", "较不满意", "不好", "dissatisfied", "unsatisfied", "poor"),
    1: ("很不满意", "非常不满意", "极不满意", "很差", "very dissatisfied", "very poor", "terrible"),
}
SPAM = (
    "加微信", "加v信", "红包", "代刷", "刷好评", "刷单", "兼职", "日结", "点击主页", "点我主页",
    "add me", "red packet", "reviews for sale", "part-time job", "paid daily", "see my page",
    "click my profile",
)  # fmt: skip


@arguments.checked
def clean_surveys(
    surveys: Any,
    *,
    today: date | str | None = None,
    country: str = "CN",
    day_first: bool | None = None,
    time_zone: str = SHOP_TIME_ZONE,
    **columns: str,
) -> tuple[Any, CleaningReport]:
    """Survey answers one can count, and a report of everything that was done to them.

    Repaired: stray spaces, full-width digits, dates, phones, satisfaction given in words (满意, "very
    satisfied"). Emptied: scores outside their scale (a 55 is no 5), phones that cannot be. Set
    aside: headings among the rows, the same answer handed in twice, answers without a date.

    Parameters
    ----------
    surveys
        Any kind of table with asked_at and some of csat_goods, csat_service (1–5), nps (0–10),
        comment, phone, name, store_id.
    today, country, day_first, time_zone
        As in `clean_members`.
    **columns
        Other names of theirs: ``asked_at="提交时间"``.

    Returns
    -------
    ``(surveys, report)``, the table of the same kind.

    Raises
    ------
    TableError
        When it is no table, or has no asked_at.

    Examples
    --------
    >>> import pandas as pd
    >>> raw = pd.DataFrame({"asked_at": ["2025/4/1", "2025-04-02"], "csat_goods": ["满意", "55"]})
    >>> answers, report = clean_surveys(raw)
    >>> answers["csat_goods"].tolist(), report.count("out_of_range")
    ([4, <NA>], 1)
    """
    day = date.today() if today is None else as_date(today)
    cleaning = Cleaning(renamed(surveys, columns), "surveys")
    _need(cleaning, "surveys", "asked_at")
    tidy_all_text(cleaning)
    set_aside_furniture(cleaning, {name: columns.get(name, name) for name in cleaning.frame})
    clean_ids(cleaning, "survey_id", "member_id", "store_id", "sale_id")
    clean_people(cleaning, day, country, day_first, time_zone)
    clean_moments(cleaning, "asked_at", day_first=day_first, time_zone=time_zone, today=day)
    words = {word: str(score) for score, words in WORDS.items() for word in words}

    def score(value: object) -> tuple[Any, str | None]:
        found = words.get(str(value).strip().lower())
        return (value, None) if found is None else (found, "score_as_words")

    for column in ("csat_goods", "csat_service", "nps"):
        if not cleaning.has(column):
            continue
        if column != "nps" and is_text(cleaning.frame[column]):
            cleaning.replace(column, *clean_text(cleaning.frame[column], score))
        clean_amounts(cleaning, column, whole=True)
        bounds, values = CONTRACT["surveys"][column], cleaning.frame[column]
        cleaning.empty(column, "out_of_range", (values < bounds.least) | (values > bounds.most))
    set_aside_duplicates(cleaning)
    cleaning.set_aside("date_missing", cleaning.frame["asked_at"].isna(), "asked_at")
    if cleaning.has("store_id"):
        cleaning.note("store_missing", "store_id", cleaning.frame["store_id"].isna())
    return cleaning.done()


@arguments.checked
def clean_comments(
    comments: Any,
    *,
    today: date | str | None = None,
    day_first: bool | None = None,
    time_zone: str = SHOP_TIME_ZONE,
    **columns: str,
) -> tuple[Any, CleaningReport]:
    """Public comments fit to read and count, and a report of everything that was done to them.

    Repaired: web markup, links and emoji in the text, dates, counts in words (1.2万). Set aside:
    comments without text or date, advertising, the same text of the same minute posted again.

    Parameters
    ----------
    comments
        Any kind of table with at and text (and channel, author, likes …).
    today, day_first, time_zone
        As in `clean_members`.
    **columns
        Other names of theirs: ``text="内容"``.

    Returns
    -------
    ``(comments, report)``, the table of the same kind.

    Raises
    ------
    TableError
        When it is no table, or has no at or text.

    Examples
    --------
    >>> import pandas as pd
    >>> raw = pd.DataFrame({"at": ["2025-04-01 10:00"] * 2, "text": ["<p>好用&nbsp;</p>", " "]})
    >>> comments, report = clean_comments(raw)
    >>> comments["text"].tolist(), report.set_aside["fault"].tolist()
    (['好用'], ['text_missing'])
    """
    day = date.today() if today is None else as_date(today)
    cleaning = Cleaning(renamed(comments, columns), "comments")
    _need(cleaning, "comments", "at", "text")
    cleaning.replace("text", *clean_text(cleaning.frame["text"], _plain_comment))
    tidy_all_text(cleaning)
    set_aside_furniture(cleaning, {name: columns.get(name, name) for name in cleaning.frame})
    clean_ids(cleaning, "comment_id", "product_id")
    clean_codes(cleaning, "channel")
    clean_moments(cleaning, "at", day_first=day_first, time_zone=time_zone, today=day)
    clean_amounts(cleaning, "likes", whole=True)
    frame = cleaning.frame
    cleaning.set_aside("text_missing", frame["text"].isna(), "text")
    cleaning.set_aside("date_missing", frame["at"].isna(), "at")
    spam = "|".join(map(re.escape, SPAM))
    advertising = as_text(frame["text"]).str.lower().str.contains(spam, regex=True)
    cleaning.set_aside("spam", advertising, "text")
    where = [column for column in ("channel", "at", "text") if cleaning.has(column)]
    again = cleaning.frame[cleaning.kept].duplicated(where).reindex(frame.index)
    cleaning.set_aside("reposted", again, "text")
    return cleaning.done()


_LINK = re.compile(r"https?://[^\s\u3400-\u9fff]+")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]")


def _plain_comment(value: object) -> tuple[Any, str | None]:
    text = str(value)
    plain, before = text, None
    while plain != before:  # markup inside markup: &amp;lt;p&amp;gt;
        before, plain = plain, html.unescape(_TAG.sub(" ", plain))
    marked_up = plain != text
    plain = _EMOJI.sub("", _LINK.sub("", plain))
    if plain == text:
        return text, None
    return " ".join(plain.split()) or None, "markup" if marked_up else "link_or_emoji"


def _need(cleaning: Cleaning, table: str, *columns: str) -> None:
    for column in columns:
        if not cleaning.has(column):
            raise missing_column(table, column, list(cleaning.frame.columns))
