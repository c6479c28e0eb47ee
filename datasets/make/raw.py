"""What really arrives: exports of five systems, with faults that are counted.

Every fault is one small function on some rows; `Export` keeps the count of each. The rows of
different faults in one file are disjoint, so that a learner who repairs a fault finds exactly its
count. The clean rows underneath are the course shop's own.
"""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from make.draws import draws

MONTH = "2025-06"
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass
class Export:
    """One file in the making: its rows as text, and how many of each fault went in."""

    rows: pd.DataFrame
    rng: np.random.Generator
    faults: dict[str, int] = field(default_factory=dict)
    clean_rows: int = 0

    def __post_init__(self):
        self.clean_rows = len(self.rows)
        self._free = self.rng.permutation(len(self.rows)).tolist()

    def take(self, fault: str, n: int, where: pd.Series | None = None) -> list[int]:
        """`n` row labels no other fault has, counted under this fault's name."""
        if where is None:
            rows = self._free[:n]
        else:
            allowed = set(np.flatnonzero(where.to_numpy()))
            rows = [r for r in self._free if r in allowed][:n]
        assert len(rows) == n, f"only {len(rows)} rows for {fault}"
        taken = set(rows)
        self._free = [r for r in self._free if r not in taken]
        self.faults[fault] = n
        return rows

    def spoil(
        self,
        fault: str,
        n: int,
        column: str,
        change: Callable[[str, int], str],
        where: pd.Series | None = None,
    ) -> None:
        """Change `column` in `n` rows; `change` gets the value and a running number."""
        rows = self.take(fault, n, where)
        place = self.rows.columns.get_loc(column)
        for k, row in enumerate(rows):
            self.rows.iat[row, place] = change(self.rows.iat[row, place], k)

    def repeat(self, fault: str, n: int) -> list[int]:
        """Mark `n` rows to be written twice; returns them."""
        return self.take(fault, n)


def _other_date(text: str, k: int) -> str:
    """The same moment as other systems write it."""
    at = datetime.strptime(text, "%Y-%m-%d %H:%M:%S")
    serial = (at - datetime(1899, 12, 30)) / timedelta(days=1)
    return (
        f"{at.year}/{at.month}/{at.day} {at:%H:%M}",
        f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}",
        f"{at:%d}.{at:%m}.{at.year} {at:%H:%M}",
        f"{serial:.5f}",
    )[k % 4]


def _bad_phone(text: str, k: int) -> str:
    """A phone no repair can save."""
    return (text[:-1], text + "0", "0" + text[1:], "13800", "00000000000", "无" if k % 2 else "-")[
        k % 6
    ]


def _odd_phone(text: str, k: int) -> str:
    """A phone written in a way that can be repaired."""
    return (
        f"+86 {text}",
        f"86-{text}",
        f"{text[:3]}-{text[3:7]}-{text[7:]}",
        f"{text[:3]} {text[3:7]} {text[7:]}",
        f"({text[:3]}){text[3:]}",
    )[k % 5]


def _bad_email(text: str, k: int) -> str:
    name, host = text.split("@")
    return (
        f"{name}{host}",
        f"{name}@@{host}",
        f"{name}@{host.replace('.', '')}",
        f"{name}@.{host}",
        f"{name} {host}",
    )[k % 5]


def _spaces(text: str, k: int) -> str:
    return (f" {text}", f"{text}  ", f"\u3000{text}", f"{text}\t")[k % 4]


def _wide(text: str, k: int) -> str:
    return text.translate(_WIDE)


# -- the till ---------------------------------------------------------------------------------

TILL_COLUMNS = {
    "小票号": "sale_id", "时间": "sold_at", "门店": "store_id", "收银员": "staff_id",
    "会员手机": "phone", "商品编码": "product_id", "商品名称": "name", "数量": "quantity",
    "单价": "list_price", "折扣": "discount", "实收": "amount", "退货原因": "return_reason",
}  # fmt: skip
"""The till export's headers and the contract's names for them."""


def till(sales: pd.DataFrame, members: pd.DataFrame, products: pd.DataFrame, seed: int) -> Export:
    """The till's lines of one month, as text, with the faults of tills."""
    rng = draws(seed, "raw till")
    lines = sales[(sales["channel"] == "store") & (sales["sold_at"].dt.strftime("%Y-%m") == MONTH)]
    lines = lines.merge(members[["member_id", "phone"]], on="member_id", how="left")
    lines = lines.merge(products[["product_id", "name"]], on="product_id", how="left")
    money = {c: lines[c].map("{:.2f}".format) for c in ("list_price", "discount", "amount")}
    text = lines.assign(
        **money,
        sold_at=lines["sold_at"].dt.strftime("%Y-%m-%d %H:%M:%S"),
        quantity=lines["quantity"].astype(str),
        phone=lines["phone"].fillna(""),
        staff_id=lines["staff_id"].fillna(""),
        return_reason=lines["return_reason"].fillna(""),
    )[list(TILL_COLUMNS.values())].astype(object)
    export = Export(text.reset_index(drop=True), rng)
    sold = export.rows["return_reason"] == ""
    member = (export.rows["phone"] != "") & sold
    export.spoil("mixed_dates", 220, "sold_at", _other_date)
    export.spoil("full_width_digits", 90, "quantity", _wide, sold)
    export.spoil("stray_spaces", 160, "product_id", _spaces)
    export.spoil("odd_phone_format", 70, "phone", _odd_phone, member)
    export.spoil("bad_phone", 48, "phone", _bad_phone, member)
    export.spoil("currency_sign", 110, "amount", lambda v, k: f"￥{v}")
    export.spoil("letter_o_for_zero", 40, "product_id", lambda v, k: v.replace("0", "O", 1))
    export.spoil("missing_store", 25, "store_id", lambda v, k: "")
    export.spoil("return_without_reason", 14, "return_reason", lambda v, k: "", ~sold)
    export.spoil("amount_off_by_ten", 18, "amount", lambda v, k: f"{float(v) * 10:.2f}", sold)
    twice = export.repeat("duplicate_rows", 85)
    order = sorted([*range(len(export.rows)), *twice])
    rows = export.rows.iloc[order]
    # a cashier's test sale, the header again after a reboot, and the day's total at the end
    test = rows.iloc[[0] * 6].assign(
        sale_id=[f"TEST{i:04d}" for i in range(6)], name="测试", amount="0.01", phone=""
    )
    header = pd.DataFrame([list(TILL_COLUMNS)] * 3, columns=rows.columns)
    total = pd.DataFrame(
        [["合计", "", "", "", "", "", "", "", "", "", f"{lines['amount'].sum():.2f}", ""]],
        columns=rows.columns,
    )
    export.faults |= {"test_sales": 6, "repeated_header": 3, "total_row": 1}
    cut = len(rows) // 4
    export.rows = pd.concat(
        [rows[:cut], header[:1], test[:3], rows[cut : 2 * cut], header[1:2], rows[2 * cut : 3 * cut],
         test[3:], header[2:], rows[3 * cut :], total],
        ignore_index=True,
    ).set_axis(list(TILL_COLUMNS), axis=1)  # fmt: skip
    return export


def till_bytes(export: Export) -> bytes:
    """GBK with the line ends of Windows, as tills write it."""
    return export.rows.to_csv(index=False, lineterminator="\r\n").encode("gbk")


# -- the web shop -----------------------------------------------------------------------------

WEB_COLUMNS = {
    "订单号 Order": "sale_id", "下单时间 Placed at": "sold_at", "收件人 Name": "name",
    "手机 Phone": "phone", "邮箱 E-mail": "email", "商品编码 Product": "product_id",
    "数量 Quantity": "quantity", "单价 Price": "list_price", "优惠 Discount": "discount",
    "实付 Paid": "amount", "状态 Status": "status",
}  # fmt: skip
"""The web shop's headers and the contract's names for them."""


def web(sales: pd.DataFrame, members: pd.DataFrame, products: pd.DataFrame, seed: int) -> Export:
    """The web shop's lines of one month with the faults of forms and of spreadsheets."""
    rng = draws(seed, "raw web")
    lines = sales[(sales["channel"] == "web") & (sales["sold_at"].dt.strftime("%Y-%m") == MONTH)]
    lines = lines.merge(members[["member_id", "name", "phone", "email"]], on="member_id")
    rows = lines.assign(
        sold_at=lines["sold_at"].dt.strftime("%Y-%m-%d %H:%M:%S"),
        email=lines["email"].fillna(""),
        status="已付款 paid",
    )[list(WEB_COLUMNS.values())].astype(object)
    export = Export(rows.reset_index(drop=True), rng)
    has_email = export.rows["email"] != ""
    export.spoil("bad_email", 30, "email", _bad_email, has_email)
    export.spoil("upper_case_email", 25, "email", lambda v, k: v.upper(), has_email)
    export.spoil("odd_phone_format", 40, "phone", _odd_phone)
    export.spoil("number_as_text", 35, "list_price", lambda v, k: f"{v:.2f}元")
    export.spoil(
        "amount_in_fen", 12, "amount", lambda v, k: round(v * 100), export.rows["amount"] > 0
    )
    export.spoil("cancelled_order", 22, "status", lambda v, k: "已取消 cancelled")
    for row in export.take("name_and_phone_swapped", 10):
        name, phone = export.rows.at[row, "name"], export.rows.at[row, "phone"]
        export.rows.at[row, "name"], export.rows.at[row, "phone"] = phone, name
    twice = export.repeat("duplicate_rows", 28)
    export.rows = export.rows.iloc[sorted([*range(len(export.rows)), *twice])]
    export.rows = export.rows.reset_index(drop=True).set_axis(list(WEB_COLUMNS), axis=1)
    export.faults |= {"merged_title_rows": 3, "empty_column": 1}
    return export


def web_bytes(export: Export) -> bytes:
    """An Excel file with a merged title above the headers and an empty first column."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": datetime(2025, 7, 1)})
    sheet = book.add_worksheet("orders")
    bold = book.add_format({"bold": True, "align": "center"})
    last = len(export.rows.columns)
    sheet.merge_range(0, 1, 0, last, "网店订单明细 Web shop orders", bold)
    sheet.merge_range(1, 1, 1, last, f"{MONTH}-01 ~ {MONTH}-30", bold)
    sheet.merge_range(2, 1, 2, last, "导出人 exported by: web-admin")
    sheet.write_row(3, 1, list(export.rows.columns), bold)
    for r, row in enumerate(export.rows.itertuples(index=False), start=4):
        sheet.write_row(r, 1, [None if v is None or v != v else v for v in row])
    book.close()
    return out.getvalue()


# -- the mini-program -------------------------------------------------------------------------

_GENDERS = {"female": ("F", "女", "female", "2"), "male": ("M", "男", "male", "1"),
            "undisclosed": ("", "未知", "0", "secret")}  # fmt: skip


def mini_program(sales: pd.DataFrame, members: pd.DataFrame, seed: int) -> Export:
    """The mini-program's orders of one month, one record each, with the member's own profile."""
    rng = draws(seed, "raw mini-program")
    lines = sales[
        (sales["channel"] == "mini_program") & (sales["sold_at"].dt.strftime("%Y-%m") == MONTH)
    ]
    people = members.set_index("member_id")
    records = []
    for sale_id, order in lines.groupby("sale_id", sort=True):
        person = people.loc[order["member_id"].iat[0]]
        records.append(
            {
                "order_no": sale_id,
                "created_at": order["sold_at"].iat[0].strftime("%Y-%m-%dT%H:%M:%S+08:00"),
                "phone": person["phone"],
                "nickname": person["name"],
                "gender": _GENDERS[person["gender"]][int(rng.integers(0, 4))],
                "age": int((pd.Timestamp("2025-06-30") - person["birth_date"]).days / 365.25),
                "birthday": person["birth_date"].strftime("%Y-%m-%d"),
                "items": [
                    {"sku": p, "qty": int(q), "price": float(a), "paid": float(b)}
                    for p, q, a, b in zip(
                        order["product_id"], order["quantity"], order["list_price"],
                        order["amount"], strict=True,
                    )
                ],
            }
        )  # fmt: skip
    export = Export(pd.DataFrame(records).astype(object), rng)
    export.spoil("negative_age", 9, "age", lambda v, k: -int(v))
    export.spoil("impossible_birthday", 14, "birthday", lambda v, k: (
        "1900-01-01", "2035-05-05", "1990-02-30", "0000-00-00")[k % 4])  # fmt: skip
    export.spoil(
        "time_in_utc",
        30,
        "created_at",
        lambda v, k: (datetime.fromisoformat(v) - timedelta(hours=8)).strftime(
            "%Y-%m-%dT%H:%M:%SZ"
        ),
    )
    export.spoil("null_as_word", 20, "phone", lambda v, k: ("null", "N/A", "无", "none")[k % 4])
    export.spoil("full_width_digits", 22, "phone", _wide)
    export.spoil("stray_spaces", 18, "nickname", _spaces)
    export.faults["mixed_gender_codes"] = len({r for rs in _GENDERS.values() for r in rs})
    broken = set(export.take("broken_json", 7))
    twice = export.repeat("duplicate_orders", 16)
    text = []
    for row, record in export.rows.iterrows():
        line = json.dumps(record.to_dict(), ensure_ascii=False)
        text.append(line[: len(line) * 2 // 3] if row in broken else line)
        if row in twice:
            text.append(line)
    export.rows = pd.DataFrame({"line": text})
    return export


def mini_program_bytes(export: Export) -> bytes:
    """JSON lines in UTF-8."""
    return ("\n".join(export.rows["line"]) + "\n").encode("utf-8")


# -- the survey form --------------------------------------------------------------------------

SURVEY_COLUMNS = {
    "提交时间 Submitted": "asked_at", "手机号 Phone": "phone", "姓名 Name": "name",
    "门店 Store": "store_id", "商品满意度(1-5) Goods": "csat_goods",
    "服务满意度(1-5) Service": "csat_service", "推荐意愿(0-10) Recommend": "nps",
    "意见 Comment": "comment",
}  # fmt: skip
"""The survey form's headers and the contract's names for them."""


def survey(surveys: pd.DataFrame, members: pd.DataFrame, language: str, seed: int) -> Export:
    """Answers of the last quarter as the form tool exports them."""
    rng = draws(seed, "raw survey")
    answers = surveys[surveys["asked_at"] >= pd.Timestamp("2025-04-01")]
    answers = answers.merge(members[["member_id", "name", "phone"]], on="member_id")
    scores = {
        c: answers[c].map(lambda v: "" if pd.isna(v) else str(int(v)))
        for c in ("csat_goods", "csat_service", "nps")
    }
    rows = answers.assign(
        **scores,
        asked_at=answers["asked_at"].dt.strftime("%Y-%m-%d %H:%M:%S"),
        comment=answers["comment"].fillna(""),
    )[list(SURVEY_COLUMNS.values())].astype(object)
    export = Export(rows.reset_index(drop=True), rng)
    goods = export.rows["csat_goods"] != ""
    nps = export.rows["nps"] != ""
    words = {
        "zh": {"5": "非常满意", "4": "满意", "3": "一般", "2": "不满意", "1": "很不满意"},
        "en": {"5": "very satisfied", "4": "satisfied", "3": "so-so", "2": "dissatisfied",
               "1": "very dissatisfied"},
    }[language]  # fmt: skip
    export.spoil(
        "score_out_of_range", 16, "csat_goods", lambda v, k: ("6", "0", "55")[k % 3], goods
    )
    export.spoil("score_as_words", 28, "csat_goods", lambda v, k: words[v], goods)
    export.spoil("full_width_digits", 24, "nps", _wide, nps)
    export.spoil("mixed_dates", 36, "asked_at", _other_date)
    export.spoil("bad_phone", 20, "phone", _bad_phone)
    export.spoil("stray_spaces", 26, "name", _spaces)
    export.spoil("missing_store", 12, "store_id", lambda v, k: "")
    twice = export.repeat("double_submission", 30)
    again = export.rows.iloc[twice].copy()
    export.rows = pd.concat([export.rows, again], ignore_index=True)
    export.rows = export.rows.set_axis(list(SURVEY_COLUMNS), axis=1)
    return export


def survey_bytes(export: Export) -> bytes:
    """CSV in UTF-8 with the mark Excel wants."""
    return export.rows.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


# -- joining forms ----------------------------------------------------------------------------

JOIN_COLUMNS = {
    "表单号 Form": "form_id", "渠道 Channel": "channel", "姓名 Name": "name",
    "手机号 Phone": "phone", "邮箱 E-mail": "email", "性别 Gender": "gender",
    "生日 Birthday": "birth_date", "年龄 Age": "age", "填写时间 Filled in": "joined_at",
}  # fmt: skip
"""The joining forms' headers and the contract's names for them."""
# characters that are easily mistaken for one another when a name is typed
_ALIKE = {"zh": {"静": "婧", "佳": "嘉", "晓": "小", "文": "雯", "丽": "莉", "涛": "滔", "芳": "方"},
          "en": {"ia": "ai", "ng": "n", "ao": "oa", "ei": "ie", "u": "v"}}  # fmt: skip


def _nearly(name: str, language: str) -> str:
    for one, other in _ALIKE[language].items():
        if one in name[1:]:
            return name[0] + name[1:].replace(one, other, 1)
    return f"{name[0]} {name[1:]}" if language == "zh" else name.upper()


def join_forms(members: pd.DataFrame, language: str, seed: int) -> Export:
    """This half year's joining forms from three channels; some people filled in two."""
    rng = draws(seed, "raw joining forms")
    new = members[members["joined_at"] >= pd.Timestamp("2025-01-01")].reset_index(drop=True)
    age = ((new["joined_at"] - new["birth_date"]).dt.days / 365.25).astype(int)
    rows = pd.DataFrame(
        {
            "form_id": [f"J{i:05d}" for i in range(1, len(new) + 1)],
            "channel": np.array(["store", "mini_program", "web"])[rng.integers(0, 3, len(new))],
            "name": new["name"],
            "phone": new["phone"],
            "email": new["email"].fillna(""),
            "gender": [_GENDERS[g][int(k)] for g, k in zip(
                new["gender"], rng.integers(0, 4, len(new)), strict=True)],
            "birth_date": new["birth_date"].dt.strftime("%Y-%m-%d"),
            "age": age.astype(str),
            "joined_at": new["joined_at"].dt.strftime("%Y-%m-%d %H:%M:%S"),
        }
    ).astype(object)  # fmt: skip
    export = Export(rows, rng)
    # second forms: the same phone written otherwise, or the same e-mail and birthday with a
    # nearly equal name and a new phone
    same_phone = export.take("second_form_same_phone", 34)
    same_mail = export.take("second_form_same_email", 16, export.rows["email"] != "")
    second = export.rows.iloc[same_phone + same_mail].copy()
    second["form_id"] = [f"J{i:05d}" for i in range(len(new) + 1, len(new) + 1 + len(second))]
    second["channel"] = second["channel"].map(
        {"store": "mini_program", "mini_program": "web", "web": "store"}
    )
    phones = second["phone"].tolist()
    second["phone"] = [
        _odd_phone(v, k) if k < len(same_phone) else f"{v[:3]}{(int(v[3:]) + 7) % 10**8:08d}"
        for k, v in enumerate(phones)
    ]
    # nothing but the name's spelling differs where the e-mail is the same
    second["name"] = [
        v if k < len(same_phone) and k % 2 else _nearly(v, language)
        for k, v in enumerate(second["name"])
    ]
    later = [
        datetime.strptime(t, "%Y-%m-%d %H:%M:%S") + timedelta(days=int(d))
        for t, d in zip(second["joined_at"], rng.integers(1, 20, len(second)), strict=True)
    ]
    second["joined_at"] = [f"{t:%Y-%m-%d %H:%M:%S}" for t in later]
    export.spoil("bad_phone", 24, "phone", _bad_phone)
    export.spoil("odd_phone_format", 30, "phone", _odd_phone)
    export.spoil("full_width_digits", 18, "phone", _wide)
    export.spoil("bad_email", 16, "email", _bad_email, export.rows["email"] != "")
    export.spoil("negative_age", 8, "age", lambda v, k: f"-{v}")
    export.spoil("impossible_age", 7, "age", lambda v, k: ("0", "199", "999")[k % 3])
    export.spoil("impossible_birthday", 10, "birth_date", lambda v, k: (
        "1900-01-01", "2035-05-05", "1990-02-30", "0000-00-00")[k % 4])  # fmt: skip
    export.spoil("stray_spaces", 20, "name", _spaces)
    export.spoil("null_as_word", 12, "name", lambda v, k: ("null", "N/A", "无", "test")[k % 4])
    export.spoil("mixed_dates", 22, "joined_at", _other_date)
    export.faults["mixed_gender_codes"] = len({r for rs in _GENDERS.values() for r in rs})
    export.rows = pd.concat([export.rows, second], ignore_index=True)
    export.rows = export.rows.set_axis(list(JOIN_COLUMNS), axis=1)
    return export


# -- social media -----------------------------------------------------------------------------

COMMENT_COLUMNS = {"平台 Channel": "channel", "发布时间 At": "at", "作者 Author": "author",
                   "内容 Text": "text", "点赞 Likes": "likes"}  # fmt: skip
"""The comment export's headers and the contract's names for them."""
_SPAM = {
    "zh": ["加微信领红包,先到先得!!!", "专业代刷好评,量大从优", "兼职日结,点击主页"],
    "en": ["Add me for a red packet, first come first served!!!", "Five-star reviews for sale",
           "Part-time job, paid daily, see my page"],
}  # fmt: skip


def social(comments: pd.DataFrame, language: str, seed: int) -> Export:
    """This year's public comments as a monitoring tool exports them; no product ids."""
    rng = draws(seed, "raw social")
    found = comments[comments["at"] >= pd.Timestamp("2025-01-01")]
    rows = pd.DataFrame(
        {
            "channel": found["channel"],
            "at": found["at"].dt.strftime("%Y-%m-%d %H:%M:%S"),
            "author": [f"user_{n:06d}" for n in rng.integers(0, 10**6, len(found))],
            "text": found["text"],
            "likes": rng.geometric(0.12, len(found)).astype(str),
        }
    ).astype(object)
    export = Export(rows.reset_index(drop=True), rng)
    spam = _SPAM[language]
    export.spoil("spam", 18, "text", lambda v, k: spam[k % len(spam)])
    export.spoil("empty_text", 12, "text", lambda v, k: "" if k % 2 else "   ")
    export.spoil("html_left_in", 20, "text", lambda v, k: f"<p>{v}&nbsp;</p>")
    export.spoil("link_and_emoji", 24, "text", lambda v, k: f"{v} 😀 https://s.example/{k:03d}")
    export.spoil("count_as_words", 10, "likes", lambda v, k: "1.2万" if k % 2 else "1,024")
    twice = export.repeat("reposted", 26)
    again = export.rows.iloc[twice].assign(author=[f"user_{n:06d}" for n in range(900, 926)])
    export.rows = pd.concat([export.rows, again], ignore_index=True)
    export.rows = export.rows.set_axis(list(COMMENT_COLUMNS), axis=1)
    return export


def make_raw(
    tables: dict[str, pd.DataFrame], texts: dict[str, pd.DataFrame], language: str, seed: int
) -> dict[str, tuple[Export, bytes]]:
    """File name → the export with its counts, and its bytes, in one language.

    Headers, rows and faults are the same in both languages; names and texts are not.
    """
    sales, members, products = tables["sales"], texts["members"], texts["products"]
    at_till = till(sales, members, products, seed)
    online = web(sales, members, products, seed)
    phone = mini_program(sales, members, seed)
    joining = join_forms(members, language, seed)
    form = survey(texts["surveys"], members, language, seed)
    public = social(texts["comments"], language, seed)
    return {
        f"till_{MONTH}.csv": (at_till, till_bytes(at_till)),
        f"web_orders_{MONTH}.xlsx": (online, web_bytes(online)),
        f"mini_program_{MONTH}.jsonl": (phone, mini_program_bytes(phone)),
        "join_forms_2025H1.csv": (joining, survey_bytes(joining)),
        "survey_form_2025Q2.csv": (form, survey_bytes(form)),
        "social_comments_2025.csv": (public, survey_bytes(public)),
    }
