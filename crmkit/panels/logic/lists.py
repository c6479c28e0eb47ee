"""A list of a desk: filtered, sorted, page by page; one for every desk's `list_…`."""

from dataclasses import dataclass

from crmkit.practice import Shop
from crmkit.practice.lists import Page

SIZE = 20


@dataclass(frozen=True)
class Listed:
    """Which list: its operation, what it can be filtered by (name: codes and their kind), what it
    is sorted by, whether from day to day, and which field of a row opens it."""

    operation: str
    filters: dict[str, tuple[tuple[str, ...], str]]
    sorts: tuple[str, ...] = ()
    days: bool = False
    words: bool = False
    key: str = "id"


class ListWork:
    """One person's look through a list."""

    def __init__(self, shop: Shop, what: Listed):
        self.shop, self.what = shop, what
        self.where: dict = {}
        self.sort: str | None = what.sorts[0] if what.sorts else None
        self.marks: list[str | None] = [None]
        self.turn = 0

    def choose(self, typed: dict[str, str]) -> None:
        """Filter and sort as the form says; begin at the first page."""
        wanted = [*self.what.filters]
        wanted += ["since", "until"] if self.what.days else []
        wanted += ["words"] if self.what.words else []
        where = {name: typed[name].strip() for name in wanted if (typed.get(name) or "").strip()}
        sort = typed.get("sort") or self.sort
        before = self.where, self.sort
        self.where, self.sort, self.marks = where, sort, [None]
        try:
            self.page()
        except Exception:
            self.where, self.sort = before
            raise

    def page(self) -> Page:
        """The rows now."""
        desk, method = self.what.operation.split(".")
        act = getattr(getattr(self.shop, desk), method)
        return act(where=self.where, sort=self.sort, after=self.marks[-1], size=SIZE)

    def forward(self) -> None:
        following = self.page().next
        if following:
            self.marks.append(following)

    def backward(self) -> None:
        if len(self.marks) > 1:
            self.marks.pop()

    @property
    def first(self) -> int:
        """Which row is the first on this page, counted from 1."""
        return SIZE * (len(self.marks) - 1) + 1
