"""A table is drawn as HTML that a screen reader can read, and as text that stands in columns."""

from html.parser import HTMLParser

from rich.cells import cell_len

from crmkit import shown


class Seen(HTMLParser):
    """The text of each cell, with what is said of it."""

    def __init__(self, page):
        super().__init__()
        self.cells, self._open = [], None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag in ("th", "td", "caption"):
            self._open = (tag, dict(attrs), "")

    def handle_data(self, data):
        if self._open:
            self._open = (*self._open[:2], self._open[2] + data)

    def handle_endtag(self, tag):
        if self._open and tag == self._open[0]:
            self.cells.append(self._open)
            self._open = None


def test_what_a_person_typed_is_text_in_every_place():
    bad = "<script>x</script>"
    page = shown.as_html([[bad, bad]], [bad, bad], title=bad, named=True)
    assert "<script" not in page
    assert [text for _tag, _attrs, text in Seen(page).cells] == [bad] * 5


def test_columns_and_rows_are_named_for_who_hears_the_table():
    cells = Seen(shown.as_html([["茶", "3"]], ["商品", "件数"], named=True)).cells
    assert [attrs.get("scope") for _tag, attrs, _text in cells] == ["col", "col", "row", None]


def test_a_cell_that_is_html_already_stays_so():
    assert "<td>a<br>b</td>" in shown.as_html([[shown.Drawn("a<br>b")]])


def test_a_cell_may_have_a_class_of_its_own_and_is_still_text():
    page = shown.as_html([[shown.Kind("<50%", "low"), "60%"]])
    assert '<td class="low">&lt;50%</td><td>60%</td>' in page


def test_where_the_page_has_a_style_sheet_for_tables_they_bring_no_style():
    page = shown.as_html([["茶", "3"]], ["商品", "件数"], title="货架", named=True, align=None)
    assert "style" not in page and 'scope="row"' in page


def test_numbers_stand_at_the_right_and_what_must_not_break_does_not():
    page = shown.as_html([["a", "1", "b"]], align="Lr")
    styles = [attrs.get("style") for _tag, attrs, _text in Seen(page).cells]
    assert styles == ["text-align:left;white-space:nowrap", "text-align:right", None]


def test_chinese_and_english_lines_have_their_columns_under_each_other():
    lines = list(shown.as_lines([["商品", "件数"], ["Tea", "3"], ["纯牛奶", "120"]], align="lr"))
    assert len({cell_len(line) for line in lines}) == 1
    assert lines[2] == "纯牛奶   120"


def test_a_long_last_column_is_cut_at_the_room_there_is_and_says_so():
    line = next(shown.as_lines([["a", "很长的例子" * 20]], room=40))
    assert cell_len(line) <= 40 and line.endswith("…")


def test_a_wide_column_in_the_middle_is_cut_at_its_widest():
    first, second = shown.as_lines([["x" * 50, "1"], ["y", "2"]], widest=10)
    assert (first, second) == ("x" * 10 + "  1", "y" + " " * 9 + "  2")


def test_a_table_as_text_loses_nothing_in_a_narrow_place():
    long = "0123456789" * 5
    drawn = shown.as_text([[long, "!"]], ["商品", "件数"], title="货架", width=30)
    assert "".join(one for one in drawn if one.isdigit()) == long
    assert max(map(cell_len, drawn.splitlines())) <= 30
