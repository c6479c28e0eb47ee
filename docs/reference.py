"""The reference of the analysis functions, a page of the site: `page(language)`.

Every public function with its signature and an example, and the column contract. The English words
are those of the docstrings, the Chinese ones stand in docs/reference.zh.yaml; a test compares those
with the signatures.
"""

import functools
import importlib
import inspect
import re
from pathlib import Path

import yaml

from crmkit import i18n, labels, tables

HERE = Path(__file__).resolve().parent
ROOMS = {
    "data": ("取数据", "Getting data"),
    "labels": ("给人看的表", "Tables for reading"),
    "clean": ("数据清洗", "Cleaning"),
    "kpi": ("关键指标", "Key figures"),
    "customers": ("客户来去与价值", "Customers over time"),
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
        "intro": "这一页由代码里的说明生成。"
        "每个函数都接受 pandas、Polars、PyArrow、DuckDB、Ibis 或 PySpark 的表，"
        "给什么表就还什么表；参数写在星号 `*` 后面的，要带上名字。"
        "结果里的列名是固定的英文，用 `ck.show` 看就是中文。图见[图表一览](gallery.md)。"
        "计算的出处、会报的错误等细节，见每个函数后面的英文说明。",
        "contract": "列的约定",
        "columns": "| 列 | 名称 | 内容 |\n| --- | --- | --- |",
    },
    "en": {
        "title": "Reference of the analysis functions",
        "intro": "Generated from the docstrings. Every "
        "function takes a pandas, Polars, PyArrow, DuckDB, Ibis or PySpark frame and gives "
        "its answer as the same kind. Every chart also takes `ax`, where to draw, and `names`, what "
        "to call ids: a dictionary, or tables such as stores and products. The charts are in the "
        "[gallery](gallery.md).",
        "contract": "The column contract",
        "columns": "| column | heading | holds |\n| --- | --- | --- |",
    },
}
ALWAYS = ("args", "kwargs")
"""What stands in a signature without being an input anybody gives."""
SECTIONS = ["Parameters", "Returns", "Raises", "References", "Examples"]
"""Those of a docstring, in this order (numpydoc)."""


@functools.cache
def chinese() -> dict:
    """What docs/reference.zh.yaml says."""
    return yaml.safe_load((HERE / "reference.zh.yaml").read_text("utf-8"))


def inputs(thing: object) -> list[str]:
    """The names of what one gives to a function or class."""
    try:
        given = inspect.signature(thing).parameters
    except (TypeError, ValueError):
        return []
    return [name for name in given if name not in ALWAYS]


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


def sections(thing: object) -> dict[str, str]:
    """A docstring in its numpydoc sections; what stands before the first is under ``""``."""
    parts = re.split(r"^(\w+)\n-+$", inspect.getdoc(thing) or "", flags=re.M)
    return {
        name: text.strip("\n") for name, text in zip(["", *parts[1::2]], parts[::2], strict=True)
    }


def listed(section: str) -> dict[str, str]:
    """What a section of names says about each of them (``since, until`` is one line)."""
    parts = re.split(r"^(?=\S)", section, flags=re.M)[1:]
    pairs = (part.split("\n", 1) for part in parts)
    return {name: " ".join(text.split()) for name, text in pairs}


def english(thing: object) -> list[str]:
    """The docstring as Markdown, but for its example."""
    said = sections(thing)
    parts = [said[""]]
    takes = listed(said.get("Parameters", ""))
    parts.append(
        "\n".join(f"- `{name.replace(', ', '`, `')}`: {text}" for name, text in takes.items())
    )
    if "Returns" in said:
        parts.append(f"**Returns**: {said['Returns']}")
    for error, when in listed(said.get("Raises", "")).items():
        parts.append(f"**Raises** `{error}`: {when}")
    if "References" in said:
        parts.append(f"**Source**: {said['References']}")
    return [part.replace("``", "`") for part in parts]


def entry(room: str, name: str, thing: object, language: str) -> str:
    """One function: signature, what it answers, takes and gives, an example."""
    title = f"ck.{room}.{name}" if room != "labels" else f"ck.{name}"
    parts = [f"### {title}"]
    if thing.__name__ != name:
        same = {"zh": "就是", "en": "is"}[language]
        return (
            f"### {title}\n\n`{name}` {same} `{thing.__name__}`" + {"zh": "。", "en": "."}[language]
        )
    parts.append(f"```python\n{name}{signature(thing)}\n```")
    parts += told(room, name, thing, title) if language == "zh" else english(thing)
    if example := sections(thing).get("Examples"):
        parts.append(f"```pycon\n{example}\n```")
    return "\n\n".join(part for part in parts if part)


def told(room: str, name: str, thing: object, title: str) -> list[str]:
    """The Chinese words about one function."""
    said, common = chinese()[room][name], chinese()["common"]
    takes = said.get("takes", {})
    parts = [f"**{said['answers']}**"]
    rows = [f"- `{one}`：{takes.get(one) or common[one]}" for one in inputs(thing)]
    parts.append("\n".join(rows))
    if room == "plot":
        parts.append("**结果**：matplotlib 的 `Axes`，可以接着改。")
    elif "gives" in said:
        parts.append(f"**结果**：{said['gives']}")
    if "note" in said:
        parts.append(f"**注意**：{said['note']}")
    anchor = title.replace(".", "").lower()
    parts.append(f'<a href="../../../en/docs/en/reference.html#{anchor}">英文说明</a>')
    return parts


def contract(language: str) -> str:
    """The tables and their columns."""
    words = WORDS[language]
    parts = [f"## {words['contract']}"]
    for table, columns in tables.CONTRACT.items():
        rows = [
            f"| `{name}` | {labels.heading(name)} | "
            + (chinese()["columns"][table][name] if language == "zh" else column.meaning)
            + " |"
            for name, column in columns.items()
        ]
        parts.append(f"### {table}\n\n" + "\n".join([words["columns"], *rows]))
    return "\n\n".join(parts)


def page(language: str) -> str:
    """The whole reference as Markdown."""
    words = WORDS[language]
    parts = [f"# {words['title']}", words["intro"]]
    with i18n.use_language(language):
        parts.append(contract(language))
        for room, titles in ROOMS.items():
            parts.append(f"## {titles[i18n.LANGUAGES.index(language)]}")
            for name, thing in public(room).items():
                if room == "labels" and name != "show":
                    continue
                parts.append(entry(room, name, thing, language))
    return "\n\n".join(parts) + "\n"
