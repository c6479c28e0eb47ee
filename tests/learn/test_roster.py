"""A roster is read as a trainer's spreadsheet saves it."""

import pytest

from crmkit.errors import CrmkitError
from crmkit.learn.roster import Person, read

CHEN = Person("E01", ("chenx", "陈晓"), "老城店", "陈晓")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("id,name,email,store\nE01,陈晓,chenx@shop.cn,老城店\n", "utf-8"),
        ("工号,姓名,邮箱,门店\nE01,陈晓,chenx@shop.cn,老城店\n", "gb18030"),
        ("工号;姓名;邮箱;门店\r\n E01 ;陈晓;chenx@shop.cn;老城店\r\n", "utf-8-sig"),
        ("ID\tLast_Name\tFirst_Name\tEmail\tStore\nE01\t陈\t晓\tchenx@shop.cn\t老城店\n", "utf-8"),
    ],
)
def test_headings_separators_and_encodings_of_spreadsheets_are_taken(tmp_path, text, encoding):
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode(encoding))
    (person,) = read(path)
    assert (person.id, person.name, person.store) == (CHEN.id, CHEN.name, CHEN.store)
    assert set(CHEN.names) <= set(person.names)


def test_a_western_name_is_shown_in_its_own_order(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text("id,last_name,first_name\nE02,Noor,Ada\n,Nobody,No\n", "utf-8")
    (person,) = read(path)
    assert person.name == "Ada Noor"


def test_what_is_no_roster_is_refused(tmp_path):
    path = tmp_path / "roster.csv"
    with pytest.raises(CrmkitError):
        read(path)
    path.write_text("name,store\nAda,Old Town\n", "utf-8")
    with pytest.raises(CrmkitError, match="column id|id 一列"):
        read(path)
