"""Cut the font of the charts from Debian's Noto Sans CJK: ``python crmkit/plot/fonts/cut.py``.

Keeps the characters of the standard list 通用规范汉字表 (8,105; Unihan property kTGH) and the 125 of
GB 2312 that are not in it, ASCII and Latin-1, punctuation, full-width forms and the signs that
numbers need. Needs fonttools and the
Debian packages fonts-noto-cjk and unicode-data; the result is committed beside this file.
"""

import bz2
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection

NOTO = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-{weight}.ttc")
UNIHAN = Path("/usr/share/unicode/Unihan_OtherMappings.txt.bz2")
SIMPLIFIED = "Noto Sans CJK SC"
NAME = "crmkit Noto Sans SC"
RANGES = (
    (0x20, 0x7E),  # ASCII
    (0xA0, 0xFF),  # Latin-1: é, ², ×, ÷, ±
    (0x2010, 0x2016),  # dashes
    (0x2018, 0x201A),  # quotes
    (0x201C, 0x201E),
    (0x2020, 0x2022),  # daggers, bullet
    (0x2025, 0x2027),  # ellipsis
    (0x2030, 0x2030),  # ‰
    (0x20AC, 0x20AC),  # €
    (0x2103, 0x2103),  # ℃
    (0x2190, 0x2193),  # arrows
    (0x2212, 0x2212),  # minus
    (0x221E, 0x221E),  # infinity
    (0x2248, 0x2248),  # about
    (0x2260, 0x2260),  # not equal
    (0x2264, 0x2265),  # at most, at least
    (0x2460, 0x2473),  # circled numbers
    (0x25A0, 0x25A1),  # squares
    (0x25B2, 0x25B3),  # triangles
    (0x25BC, 0x25BD),
    (0x25CB, 0x25CB),  # circles
    (0x25CF, 0x25CF),
    (0x2605, 0x2606),  # stars
    (0x2713, 0x2713),  # tick
    (0x3000, 0x3017),  # Chinese punctuation
    (0xFF01, 0xFF5E),  # full-width forms
    (0xFFE5, 0xFFE5),  # ￥
)


def standard_list() -> set[int]:
    """The 8,105 characters of 通用规范汉字表, as Unihan marks them."""
    lines = bz2.decompress(UNIHAN.read_bytes()).decode().splitlines()
    found = {int(line.split("\t")[0][2:], 16) for line in lines if "\tkTGH\t" in line}
    assert len(found) == 8105, len(found)
    return found


def gb2312() -> set[int]:
    """The 6,763 characters of GB 2312: what older tills and names are written in."""
    cells = ((row, cell) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF))
    return {ord(c) for pair in cells if (c := bytes(pair).decode("gb2312", "ignore"))}


def cut(weight: str, target: Path) -> None:
    """One weight of the font, with only the characters that are kept."""
    fonts = TTCollection(str(NOTO).format(weight=weight)).fonts
    font = next(f for f in fonts if f["name"].getDebugName(1).startswith(SIMPLIFIED))
    wanted = standard_list() | gb2312() | {c for a, b in RANGES for c in range(a, b + 1)}
    options = subset.Options(
        layout_features=["kern", "liga", "locl"],
        hinting=False,
        name_IDs=["*"],
        notdef_outline=True,
        drop_tables=["VORG", "vhea", "vmtx", "BASE", "GSUB", "GPOS", "GDEF"],
        desubroutinize=False,
    )
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)
    names = {1: NAME, 2: weight, 4: f"{NAME} {weight}", 6: f"crmkitNotoSansSC-{weight}"}
    for record in list(font["name"].names):
        if record.nameID in (1, 2, 4, 6):
            record.string = names[record.nameID]
        elif record.nameID in (3, 16, 17, 21, 22):
            font["name"].removeNames(nameID=record.nameID)
    font["head"].created = font["head"].modified = 3_700_000_000  # the same bytes every time
    font.recalcTimestamp = False
    font.save(target)
    missing = wanted - set(font.getBestCmap())
    assert not missing, "".join(map(chr, sorted(missing)))
    print(f"{target.name}: {target.stat().st_size:,} bytes, {len(font.getBestCmap()):,} characters")


if __name__ == "__main__":
    cut("Regular", Path(__file__).with_name("NotoSansSC-Regular-subset.otf"))
