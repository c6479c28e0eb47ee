"""What the chain sells: twelve categories, forty-eight families, brands, price bands, shelves."""

import numpy as np
import pandas as pd

from make.days import END, START, day_number
from make.draws import draws

# brand code: (Chinese, English, price factor)
BRANDS = {
    "yuanmu": ("原木", "Yuanmu", 0.85),
    "qinghe": ("青禾", "Qinghe", 1.00),
    "shancha": ("山茶记", "Shancha", 1.15),
    "mianbai": ("棉白", "Mianbai", 1.05),
    "xiaoman": ("小满", "Xiaoman", 0.90),
    "luming": ("鹿鸣", "Luming", 1.20),
    "haiyan": ("海盐", "Haiyan", 0.95),
    "yunxi": ("云溪", "Yunxi", 1.10),
    "zaochen": ("早晨", "Zaochen", 0.90),
    "tuanzi": ("团子", "Tuanzi", 1.00),
    "lanxing": ("蓝行", "Lanxing", 0.80),
    "jingwu": ("静物", "Jingwu", 1.30),
}

# category: the brands on its shelves, gross margin
CATEGORIES = {
    "tea_coffee": (("shancha", "zaochen", "qinghe"), 0.46),
    "snacks": (("tuanzi", "xiaoman", "haiyan"), 0.36),
    "pantry": (("qinghe", "haiyan", "xiaoman"), 0.26),
    "personal_care": (("yunxi", "mianbai", "haiyan"), 0.42),
    "cleaning": (("haiyan", "yuanmu", "xiaoman"), 0.34),
    "kitchen": (("yuanmu", "luming", "lanxing"), 0.44),
    "textiles": (("mianbai", "yunxi", "yuanmu"), 0.48),
    "stationery": (("yuanmu", "jingwu", "xiaoman"), 0.45),
    "baby": (("tuanzi", "mianbai", "luming"), 0.33),
    "gadgets": (("lanxing", "luming", "yuanmu"), 0.38),
    "gifts": (("jingwu", "shancha", "luming"), 0.55),
    "seasonal": (("luming", "lanxing", "yunxi"), 0.43),
}

# Each family: code, its two variants (Chinese, English, price factor), then its items
# (Chinese, English, price in yuan).
_FAMILIES = """
tea_coffee
  loose_tea | 100克 / 100 g / 1 | 250克 / 250 g / 2.2
    茉莉花茶 / Jasmine Tea / 36; 龙井绿茶 / Longjing Green Tea / 68; 正山小种红茶 / Lapsang Black Tea / 58
  tea_bags | 10包 / 10 bags / 1 | 25包 / 25 bags / 2.1
    蜜桃乌龙茶包 / Peach Oolong Tea Bags / 19; 菊花枸杞茶包 / Chrysanthemum and Goji Tea Bags / 16; 桂花红茶包 / Osmanthus Black Tea Bags / 18
  coffee | 中度烘焙 / medium roast / 1 | 深度烘焙 / dark roast / 1.05
    挂耳咖啡 10包 / Drip Coffee Bags 10 pcs / 39; 云南咖啡豆 250克 / Yunnan Coffee Beans 250 g / 49; 冻干速溶咖啡 / Freeze-Dried Coffee / 45
  instant_drinks | 原味 / original / 1 | 无糖 / unsweetened / 1.05
    燕麦奶 1升 / Oat Milk 1 L / 22; 黑芝麻糊 / Black Sesame Drink / 26; 红枣姜茶 / Date and Ginger Drink / 24
snacks
  nuts | 每日装 / daily pack / 1 | 家庭装 / family pack / 2.4
    混合坚果 / Mixed Nuts / 29; 盐焗腰果 / Salted Cashews / 27; 五香瓜子 / Spiced Sunflower Seeds / 10
  biscuits | 原味 / original / 1 | 海苔味 / seaweed / 1
    苏打饼干 / Soda Crackers / 9; 曲奇 / Butter Cookies / 16; 雪米饼 / Rice Crackers / 8
  dried_fruit | 100克 / 100 g / 1 | 300克 / 300 g / 2.5
    芒果干 / Dried Mango / 15; 山楂条 / Hawthorn Strips / 9; 葡萄干 / Raisins / 10
  sweets | 小袋 / small bag / 1 | 分享装 / sharing bag / 2.3
    黑巧克力 / Dark Chocolate / 18; 牛轧糖 / Nougat / 14; 薄荷糖 / Mint Drops / 7
pantry
  rice_grain | 2.5公斤 / 2.5 kg / 1 | 5公斤 / 5 kg / 1.9
    长粒香米 / Fragrant Rice / 28; 有机糙米 / Organic Brown Rice / 36; 五谷杂粮 / Five-Grain Mix / 32
  noodles | 5人份 / 5 servings / 1 | 10人份 / 10 servings / 1.85
    手工挂面 / Hand-Made Noodles / 13; 荞麦面 / Buckwheat Noodles / 17; 米粉 / Rice Vermicelli / 12
  oil_sauce | 500毫升 / 500 ml / 1 | 1升 / 1 L / 1.85
    酿造酱油 / Brewed Soy Sauce / 14; 米醋 / Rice Vinegar / 9; 冷榨芝麻油 / Cold-Pressed Sesame Oil / 32
  tins_soups | 单盒 / single / 1 | 四盒 / four-pack / 3.6
    菌菇汤料 / Mushroom Soup Mix / 12; 番茄罐头 / Tinned Tomatoes / 9; 即食玉米 / Ready Sweetcorn / 8
personal_care
  oral_care | 单支 / single / 1 | 两支装 / twin pack / 1.8
    软毛牙刷 / Soft Toothbrush / 13; 海盐牙膏 / Sea Salt Toothpaste / 17; 便携漱口水 / Travel Mouthwash / 19
  hair_body | 400毫升 / 400 ml / 1 | 750毫升 / 750 ml / 1.7
    氨基酸洗发水 / Amino Shampoo / 39; 沐浴露 / Body Wash / 32; 洗手液 / Hand Wash / 18
  skin_care | 清爽型 / light / 1 | 滋润型 / rich / 1.05
    护手霜 / Hand Cream / 19; 保湿面霜 / Moisturising Cream / 69; 防晒乳 / Sunscreen Lotion / 59
  tissues_cotton | 6包 / 6 packs / 1 | 12包 / 12 packs / 1.85
    抽取式面巾纸 / Facial Tissues / 19; 棉柔巾 / Cotton Face Towels / 25; 湿纸巾 / Wet Wipes / 15
cleaning
  laundry | 1公斤 / 1 kg / 1 | 2公斤 / 2 kg / 1.85
    洗衣液 / Laundry Liquid / 22; 洗衣凝珠 / Laundry Capsules / 35; 衣物柔顺剂 / Fabric Softener / 19
  dish_kitchen | 柠檬香 / lemon / 1 | 无香 / unscented / 1
    洗洁精 / Dishwashing Liquid / 12; 油污清洁剂 / Degreaser / 16; 洗碗海绵 / Dish Sponges / 8
  floor_bath | 500毫升 / 500 ml / 1 | 1升 / 1 L / 1.8
    地板清洁剂 / Floor Cleaner / 18; 浴室清洁剂 / Bathroom Cleaner / 17; 玻璃清洁剂 / Glass Cleaner / 14
  bags_storage | 小号 / small / 1 | 大号 / large / 1.6
    垃圾袋 / Bin Bags / 10; 收纳箱 / Storage Box / 32; 密封袋 / Zip Bags / 11
kitchen
  cookware | 20厘米 / 20 cm / 1 | 24厘米 / 24 cm / 1.25
    不粘煎锅 / Non-Stick Frying Pan / 109; 小奶锅 / Saucepan / 89; 砂锅 / Clay Pot / 79
  tableware | 素白 / plain white / 1 | 青花 / blue and white / 1.2
    陶瓷饭碗 / Ceramic Rice Bowl / 16; 餐盘 / Dinner Plate / 22; 木筷 10双 / Wooden Chopsticks 10 pairs / 19
  cups_bottles | 350毫升 / 350 ml / 1 | 500毫升 / 500 ml / 1.2
    保温杯 / Vacuum Flask / 79; 随手咖啡杯 / Travel Coffee Cup / 59; 玻璃水杯 / Glass Tumbler / 25
  lunch_boxes | 单层 / one tier / 1 | 双层 / two tiers / 1.45
    玻璃饭盒 / Glass Lunch Box / 39; 不锈钢饭盒 / Steel Lunch Box / 49; 保温饭盒袋 / Insulated Lunch Bag / 35
textiles
  towels | 灰色 / grey / 1 | 米色 / beige / 1
    纯棉毛巾 / Cotton Towel / 19; 浴巾 / Bath Towel / 49; 擦手巾 / Hand Towel / 12
  bedding | 1.5米床 / 1.5 m bed / 1 | 1.8米床 / 1.8 m bed / 1.15
    水洗棉四件套 / Washed Cotton Bedding Set / 239; 夏凉被 / Summer Quilt / 159; 乳胶枕 / Latex Pillow / 129
  socks_wear | 黑色 / black / 1 | 浅色 / light / 1
    棉袜 5双 / Cotton Socks 5 pairs / 29; 家居拖鞋 / House Slippers / 25; 棉质家居服 / Cotton Loungewear / 119
  cushions_rugs | 小号 / small / 1 | 大号 / large / 1.5
    靠垫 / Cushion / 45; 地垫 / Floor Mat / 39; 桌布 / Tablecloth / 42
stationery
  notebooks | 横线 / ruled / 1 | 点阵 / dotted / 1.05
    A5笔记本 / A5 Notebook / 15; 周计划本 / Weekly Planner / 22; 便利贴 / Sticky Notes / 7
  pens | 黑色 / black / 1 | 彩色套装 / colour set / 2.4
    中性笔 3支 / Gel Pens 3 pcs / 9; 荧光笔 / Highlighter / 6; 自动铅笔 / Mechanical Pencil / 10
  desk_tools | 白色 / white / 1 | 木色 / wood / 1.2
    桌面收纳盒 / Desk Organiser / 39; 显示器支架 / Monitor Stand / 89; 阅读架 / Book Stand / 45
  desk_ornaments | 小号 / small / 1 | 大号 / large / 1.6
    陶瓷摆件 / Ceramic Figurine / 58; 桌面沙盘 / Desk Sand Garden / 79; 金属书挡 / Metal Bookends / 49
baby
  nappies | M码 / size M / 1 | L码 / size L / 1.05
    纸尿裤 / Nappies / 89; 拉拉裤 / Pull-Up Pants / 95; 隔尿垫 / Changing Mats / 39
  baby_care | 单件 / single / 1 | 两件装 / twin pack / 1.85
    婴儿湿巾 / Baby Wipes / 19; 婴儿沐浴露 / Baby Wash / 36; 护臀膏 / Nappy Cream / 32
  feeding | 240毫升 / 240 ml / 1 | 300毫升 / 300 ml / 1.1
    奶瓶 / Feeding Bottle / 59; 学饮杯 / Sippy Cup / 42; 辅食碗 / Weaning Bowl / 29
  toys_books | 1岁以上 / age 1+ / 1 | 3岁以上 / age 3+ / 1.1
    木质积木 / Wooden Blocks / 69; 布书 / Cloth Book / 35; 拼图 / Jigsaw Puzzle / 29
gadgets
  charging | 白色 / white / 1 | 黑色 / black / 1
    充电宝 / Power Bank / 99; 快充充电头 / Fast Charger / 49; 数据线 / Charging Cable / 19
  audio | 白色 / white / 1 | 黑色 / black / 1
    无线耳机 / Wireless Earphones / 139; 有线耳机 / Wired Earphones / 39; 小音箱 / Small Speaker / 99
  small_appliances | 基础款 / basic / 1 | 升级款 / plus / 1.3
    电热水壶 / Electric Kettle / 99; 桌面风扇 / Desk Fan / 59; 加湿器 / Humidifier / 89
  lamps | 白光 / white light / 1 | 暖光 / warm light / 1
    护眼台灯 / Desk Lamp / 119; 小夜灯 / Night Light / 29; 氛围灯 / Mood Light / 49
gifts
  scented_candles | 木质香 / woody / 1 | 花香 / floral / 1
    香薰蜡烛 / Scented Candle / 78; 无火香薰 / Reed Diffuser / 98; 香薰蜡片 / Wax Tablet / 39
  gift_boxes | 标准装 / standard / 1 | 豪华装 / deluxe / 1.7
    茶礼盒 / Tea Gift Box / 168; 坚果礼盒 / Nut Gift Box / 128; 护手霜礼盒 / Hand Cream Gift Box / 99
  wrapping | 红金 / red and gold / 1 | 素色 / plain / 1
    包装纸与丝带 / Wrapping Paper and Ribbon / 15; 贺卡 / Greeting Cards / 9; 礼品袋 / Gift Bag / 8
  flowers_vases | 小号 / small / 1 | 大号 / large / 1.5
    玻璃花瓶 / Glass Vase / 49; 永生花 / Preserved Flowers / 88; 小盆绿植 / Potted Plant / 25
seasonal
  rain_sun | 藏青 / navy / 1 | 浅灰 / light grey / 1
    折叠伞 / Folding Umbrella / 49; 防晒帽 / Sun Hat / 39; 雨衣 / Raincoat / 35
  warm_keeping | 小号 / small / 1 | 大号 / large / 1.3
    暖手宝 / Hand Warmer / 45; 羊毛围巾 / Wool Scarf / 99; 珊瑚绒毯 / Fleece Blanket / 79
  travel | 黑色 / black / 1 | 米色 / beige / 1
    旅行收纳袋 / Travel Pouches / 39; 颈枕 / Neck Pillow / 49; 双肩包 / Backpack / 139
  picnic_outdoor | 2人 / for two / 1 | 4人 / for four / 1.5
    野餐垫 / Picnic Mat / 49; 折叠椅 / Folding Chair / 79; 冰袋保鲜包 / Cool Bag / 45
"""

# how much more a product is taken for where it lies; places not named are 1
SHELF_LIFT = {"entrance": 1.3, "eye_level": 1.35, "end_cap": 1.5, "low": 0.7, "new_arrivals": 1.25}
NEW_DAYS = 180  # a product launched this recently stands on the new-arrivals shelf
SLOW_FAMILIES = ("scented_candles", "desk_ornaments")
# the brand whose goods let the sliding store's customers down, and the families it does so in
WEAK_FAMILIES = ("lunch_boxes", "cups_bottles", "charging", "audio")
# pairs bought together: (item, its partner, chance that a basket with the first gets the second)
AFFINITIES = (
    ("Drip Coffee Bags 10 pcs", "Travel Coffee Cup", 0.10),
    ("Drip Coffee Bags 10 pcs", "Oat Milk 1 L", 0.26),
    ("Soft Toothbrush", "Sea Salt Toothpaste", 0.38),
    ("Nappies", "Baby Wipes", 0.42),
    ("A5 Notebook", "Gel Pens 3 pcs", 0.30),
    ("Hand-Made Noodles", "Brewed Soy Sauce", 0.22),
    ("Fast Charger", "Charging Cable", 0.34),
    ("Tea Gift Box", "Gift Bag", 0.45),
)


GIFT_ITEM = "Greeting Cards"  # what a gift promotion gives


def _catalogue() -> list[dict]:
    """The family text above as one row per product."""
    rows, category, family, variants, place = [], "", "", [], 0
    for line in _FAMILIES.strip().splitlines():
        text = line.strip()
        indent = len(line) - len(line.lstrip())
        if indent == 0:
            category, place = text, 0
        elif indent == 2:
            family, *raw = [part.strip() for part in text.split("|")]
            variants = [[bit.strip() for bit in part.split("/")] for part in raw]
        else:
            for item in text.split(";"):
                zh, en, price = (bit.strip() for bit in item.split("/"))
                brands = CATEGORIES[category][0]
                brand = "lanxing" if family in WEAK_FAMILIES else brands[place % len(brands)]
                place += 1  # noqa: SIM113 (goes on across families)
                for variant_zh, variant_en, factor in variants:
                    rows.append(
                        {
                            "name_zh": f"{BRANDS[brand][0]}{zh} {variant_zh}",
                            "name_en": f"{BRANDS[brand][1]} {en}, {variant_en}",
                            "item": en,
                            "item_zh": zh,
                            "category": category,
                            "family": family,
                            "brand": brand,
                            "price": float(price) * float(factor) * BRANDS[brand][2],
                        }
                    )
    return rows


CATEGORY_CODES = tuple(CATEGORIES)
FAMILY_CODES = tuple(dict.fromkeys(row["family"] for row in _catalogue()))


def _shop_price(price: np.ndarray) -> np.ndarray:
    """Prices as shops write them, in cents: whole yuan minus ten fen, at least 3.9."""
    return np.maximum(np.round(price) * 100 - 10, 390).astype(np.int64)


def make_products(seed: int) -> pd.DataFrame:
    """One row per product: names in both languages, codes, money in cents, launch day, shelf.

    Launch days are day numbers; most products are older than the shop's first day, about a
    seventh is launched later, the last of them on the new-arrivals shelf. ``popularity`` is the
    product's weight inside its category.
    """
    rng = draws(seed, "products")
    frame = pd.DataFrame(_catalogue())
    n = len(frame)
    frame.insert(0, "product_id", [f"P{i:04d}" for i in range(1, n + 1)])
    frame["list_price"] = _shop_price(frame["price"].to_numpy())
    margin = frame["category"].map(lambda c: CATEGORIES[c][1]).to_numpy()
    margin = np.clip(margin + rng.normal(0, 0.035, n), 0.12, 0.68)
    frame["cost"] = np.round(frame["list_price"] * (1 - margin)).astype(np.int64)

    # one product in seven is launched while we watch; never a slow family, half an affinity, a gift
    kept_old = frame["family"].isin(SLOW_FAMILIES) | frame["item"].isin(
        [*(name for pair in AFFINITIES for name in pair[:2]), GIFT_ITEM]
    )
    new = np.zeros(n, dtype=bool)
    candidates = np.flatnonzero(~kept_old.to_numpy())
    new[rng.choice(candidates, size=44, replace=False)] = True
    launched = day_number(START) - rng.integers(120, 900, n)
    chosen = np.flatnonzero(new)
    # evenly at first, then a whole shelf of them in the last half year
    last = (END - START).days
    days = np.r_[np.linspace(70, last - NEW_DAYS - 20, 26), np.linspace(last - 170, last - 20, 18)]
    launched[chosen] = day_number(START) + rng.permutation(days.astype(int))
    frame["launched"] = launched
    frame["popularity"] = rng.lognormal(0.0, 0.95, n) * (30 / frame["price"]) ** 0.35
    frame.loc[frame["family"].isin(SLOW_FAMILIES), "popularity"] *= 0.16
    shelf = rng.choice(
        ["entrance", "eye_level", "reach", "low", "end_cap", "checkout"],
        size=n,
        p=[0.08, 0.28, 0.30, 0.20, 0.08, 0.06],
    )
    frame["shelf"] = np.where(launched > day_number(END) - NEW_DAYS, "new_arrivals", shelf)
    frame["popularity"] *= frame["shelf"].map(SHELF_LIFT).fillna(1.0)
    frame["lead_days"] = rng.integers(2, 10, n)
    return frame.drop(columns="price")
