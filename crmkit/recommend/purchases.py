"""Who bought what, as a sparse matrix: what every recommender learns from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from crmkit.i18n import gettext as _
from crmkit.tables import TableError, give_back_small, require

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from scipy.sparse import csr_matrix


@dataclass(frozen=True)
class Purchases:
    """Rows of buyers, columns of products, in each cell how many lines.

    Parameters
    ----------
    buyers
        What the rows stand for (members, or orders), in order.
    products
        What the columns stand for, in order.
    times
        How many lines of each product each buyer bought; returns do not count.
    """

    buyers: pd.Index
    products: pd.Index
    times: csr_matrix

    @classmethod
    def of(cls, sales: Any, buyer: str = "member_id", catalogue: Iterable = ()) -> Purchases:
        """Count the lines of any kind of dataframe; only the counts come into memory.

        `catalogue` adds products that nobody has bought yet.
        """
        import numpy as np
        import pandas as pd
        from scipy.sparse import csr_matrix

        lines = require(sales, "sales", [buyer, "product_id", "quantity"])
        bought = lines.filter(
            ~nw.col(buyer).is_null() & ~nw.col("product_id").is_null() & (nw.col("quantity") > 0)
        )
        counts = bought.group_by(buyer, "product_id").agg(nw.len().alias("times")).collect()
        if len(counts) == 0:
            raise TableError(
                _("sales holds no line that was bought by a known {buyer}.").format(buyer=buyer)
            )
        rows, buyers = _numbered(counts[buyer])
        columns, sold = _numbered(counts["product_id"])
        cells = np.asarray(counts["times"].to_numpy(), dtype="float32")
        products = sold.union(pd.Index(list(catalogue), dtype=sold.dtype)).sort_values()
        columns = products.get_indexer(sold)[columns]
        shape = len(buyers), len(products)
        return cls(buyers, products, csr_matrix((cells, (rows, columns)), shape=shape))

    @property
    def once(self) -> csr_matrix:
        """The matrix with 1 for whatever was bought, however often."""
        import numpy as np
        from scipy.sparse import csr_matrix

        ones = np.ones_like(self.times.data)
        return csr_matrix((ones, self.times.indices, self.times.indptr), shape=self.times.shape)

    def buyers_of_each(self) -> Any:
        """How many buyers each product has, as an array."""
        import numpy as np

        return np.bincount(self.times.indices, minlength=len(self.products))


def _numbered(ids: nw.Series) -> tuple[np.ndarray, pd.Index]:
    """For each id its place among the sorted ones, and those; only these become Python objects."""
    import pandas as pd

    if ids.implementation.is_pandas_like():
        places, found = pd.factorize(ids.to_native())
    else:
        import pyarrow as pa

        column = ids.to_arrow()
        whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        encoded = whole.dictionary_encode()
        places, found = encoded.indices.to_numpy(), encoded.dictionary.to_pylist()
    order, ordered = pd.factorize(pd.Index(list(found)), sort=True)
    return order[places], ordered


def new_frame(columns: Mapping[str, Sequence], like: Any) -> Any:
    """Columns made in memory as a frame of the kind that came in."""
    import pandas as pd

    return give_back_small(pd.DataFrame(dict(columns)), like)
