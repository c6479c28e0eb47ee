"""Write the reference of the analysis functions from their docstrings: ``python docs/reference.py``.

Writes docs/<language>/reference.md: every public function with its signature and docstring, and the
column contract. The Chinese page puts a Chinese sentence (docs/reference.zh.yaml) before each.
"""

import importlib
import inspect
from pathlib import Path

import yaml

from crmkit import i18n, labels, tables

HERE = Path(__file__).resolve().parent
ROOMS = {
    "data": ("取数据", "Getting data"),
    "labels": ("给人看的表", "Tables for reading"),
    "clean": ("数据清洗", "Cleaning"),
    "kpi": ("关键指标", "Key figures"),
    "segment": ("客户细分", "Segments"),
    "profile": ("客户档案与画像", "Customer records and portraits"),
    "recommend": ("推荐", "Recommendations"),
    "campaign": ("营销活动", "Campaigns"),
    "stock": ("库存", "Stock"),
    "plot": ("图表", "Charts"),
}
WORDS = {
    "zh": {
        "title": "分析函数参考",
        "intro": "由函数的文档字符串生成(`python docs/reference.py`),请勿手改。"
        "每个函数都接受 pandas、Polars、PyArrow、DuckDB、Ibis 或 PySpark 的表,"
        "给什么表就还什么表。图见[图表一览](gallery.md)。",
        "contract": "列的约定",
        "columns": "| 列 | 名称 | 内容 |\n| --- | --- | --- |",
    },
    "en": {
        "title": "Reference of the analysis functions",
        "intro": "Generated from the docstrings (`python docs/reference.py`): do not edit. Every "
        "function takes a pandas, Polars, PyArrow, DuckDB, Ibis or PySpark frame and gives "
        "its answer as the same kind. The charts are in the [gallery](gallery.md).",
        "contract": "The column contract",
        "columns": "| column | heading | holds |\n| --- | --- | --- |",
    },
}
KINDS = {
    "key": "编号",
    "code": "代码",
    "text": "文字",
    "time": "时间",
    "number": "数字",
    "flag": "是否",
}


def public(room: str) -> dict[str, object]:
    """The functions and classes a module offers, by name."""
    module = importlib.import_module(f"crmkit.{room}")
    names = getattr(module, "__all__", None) or [n for n in vars(module) if not n.startswith("_")]
    found = {}
    for name in sorted(names):
        thing = getattr(module, name)
        own = (getattr(thing, "__module__", "") or "").startswith(f"crmkit.{room}")
        if own and (inspect.isfunction(thing) or inspect.isclass(thing)):
            found[name] = thing
    return found


def signature(thing: object) -> str:
    """How to call it, without the types: those are told in words."""
    try:
        given = inspect.signature(thing)
    except (TypeError, ValueError):
        return ""
    plain = [
        parameter.replace(annotation=inspect.Parameter.empty)
        for parameter in given.parameters.values()
    ]
    return str(given.replace(parameters=plain, return_annotation=inspect.Signature.empty))


def entry(room: str, name: str, thing: object, chinese: str | None) -> str:
    """One function: signature, a Chinese sentence where asked, docstring."""
    text = inspect.getdoc(thing) or ""
    words, _sign, example = text.partition(">>> ")
    parts = [f"### ck.{room}.{name}" if room != "labels" else f"### ck.{name}"]
    parts.append(f"```python\n{name}{signature(thing)}\n```")
    if chinese:
        parts.append(f"**{chinese}**")
    parts.append(words.replace("``", "`").strip())
    if example:
        parts.append(f"```pycon\n>>> {example.strip()}\n```")
    return "\n\n".join(part for part in parts if part)


def contract(language: str) -> str:
    """The tables and their columns."""
    words = WORDS[language]
    parts = [f"## {words['contract']}"]
    for table, columns in tables.CONTRACT.items():
        rows = [
            f"| `{name}` | {labels.heading(name)} | "
            + (KINDS[column.kind] if language == "zh" else column.meaning)
            + " |"
            for name, column in columns.items()
        ]
        parts.append(f"### {table}\n\n" + "\n".join([words["columns"], *rows]))
    return "\n\n".join(parts)


def page(language: str) -> str:
    """The whole reference as Markdown."""
    words = WORDS[language]
    sentences = yaml.safe_load((HERE / "reference.zh.yaml").read_text("utf-8"))
    parts = [f"# {words['title']}", words["intro"]]
    with i18n.use_language(language):
        parts.append(contract(language))
        for room, titles in ROOMS.items():
            parts.append(f"## {titles[i18n.LANGUAGES.index(language)]}")
            for name, thing in public(room).items():
                if room == "labels" and name != "show":
                    continue
                chinese = sentences.get(room, {}).get(name) if language == "zh" else None
                parts.append(entry(room, name, thing, chinese))
    return "\n\n".join(parts) + "\n"


def main() -> None:
    for language in i18n.LANGUAGES:
        (HERE / language).mkdir(exist_ok=True)
        (HERE / language / "reference.md").write_text(page(language), "utf-8")


if __name__ == "__main__":
    main()
