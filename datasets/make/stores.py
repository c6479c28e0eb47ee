"""Four stores in two cities: size, district, climate, opening hours, who comes by."""

import pandas as pd

# one row a store; `traffic` is passers-by who buy without a card, per day; `members` its share
STORES = pd.DataFrame(
    [
        ("S01", "老城店", "Old Town Store", "linjiang", "old_town", "钟楼街18号", "18 Bell Tower Street", 180, "mild", "middle", "2019-03-15", 8, 21, 30, 0.26),
        ("S02", "滨江店", "Riverside Store", "haiyue", "riverside", "望江路88号", "88 River View Road", 260, "hot_humid", "middle", "2019-11-11", 9, 22, 34, 0.27),
        ("S03", "商务区店", "Business District Store", "linjiang", "business", "金桥大道201号", "201 Golden Bridge Avenue", 220, "mild", "high", "2019-06-01", 8, 22, 34, 0.24),
        ("S04", "科技园店", "Tech Park Store", "linjiang", "tech_park", "创新路55号", "55 Innovation Road", 200, "mild", "high", "2020-04-20", 8, 22, 33, 0.23),
    ],
    columns=[
        "store_id", "name_zh", "name_en", "city", "district", "street_zh", "street_en", "size",
        "climate", "spending_level", "opened_on", "opens_at", "closes_at", "traffic", "members",
    ],
)  # fmt: skip
CITIES = tuple(dict.fromkeys(STORES["city"]))
DISTRICTS = tuple(STORES["district"])

# the store that loses its young office workers, and its like across town that does not
SLIDING = "S03"
LIKE_IT = "S04"


def make_stores(block: int = 0) -> pd.DataFrame:
    """The four stores; later blocks (for benchmarks) repeat them under further numbers."""
    stores = STORES.copy()
    first = block * len(stores) + 1
    stores["store_id"] = [f"S{i:02d}" for i in range(first, first + len(stores))]
    stores["opened_on"] = pd.to_datetime(stores["opened_on"])
    return stores
