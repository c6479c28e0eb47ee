"""Chinese is written as a Chinese trainer writes it: its own punctuation, and 您 for the reader."""

import re
from pathlib import Path

import pytest
import yaml
from babel.messages.pofile import read_po

import crmkit

PACKAGE = Path(crmkit.__file__).parent
CATALOGUES = [
    *sorted((PACKAGE / "locale/zh/LC_MESSAGES").glob("*.po")),
    PACKAGE / "locale/labels.yaml",
]
LEARNING = sorted((PACKAGE / "learn/content").rglob("*.yaml"))

#: What is no Chinese, though it stands among it: code, calls, addresses, quoted values, clocks.
CODE = re.compile(
    r"`[^`]*`"
    r"|\n {4}[^\n]*"
    r"|[a-z+]+://[^\s，。、）]+"
    r"|[A-Za-z_]\w*\(\[[^\]]*\]\)"
    r"|(?<!\w)\.?[A-Za-z_][\w.]*\([^()]*\)"
    r"|[\[(]\"[^\"]*\"(?:, \"[^\"]*\")*[\])]"
    r"|\"[^\"]*\""
    r"|\{[^{}]*\}:\d\d"
    r"|[A-Za-z_]+, [A-Za-z_]+ = "
    r"|\d[,:]\d"
)
PLACE = re.compile(r"\{[^{}]*\}")
HALF = re.compile(r"[㐀-鿿“”某%][,:;!?()]|[,:;!?()][㐀-鿿“”某]")


def half_width(text):
    """The places in a Chinese text where punctuation of Latin letters stands."""
    if not re.search(r"[㐀-鿿]", text):
        return []
    plain = PLACE.sub("某", CODE.sub("码", text))
    return [plain[max(0, m.start() - 6) : m.end() + 6] for m in HALF.finditer(plain)]


def chinese(node):
    """Every Chinese text of a lesson's content."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "zh" and isinstance(value, str):
                yield value
            else:
                yield from chinese(value)
    elif isinstance(node, list):
        for value in node:
            yield from chinese(value)


def messages(catalogue):
    if catalogue.suffix == ".yaml":
        yield from chinese(yaml.safe_load(catalogue.read_text("utf-8")))
        return
    with catalogue.open("rb") as source:
        for message in read_po(source, locale="zh"):
            if message.id:
                yield from [message.string] if isinstance(message.string, str) else message.string


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("没有这家店,请再看看", 1),
        ("销售额:{value:,.2f}", 1),
        ("{value} 太大;请改小", 1),
        ("最近一次消费(天前)", 2),
        ("请写 `a, b`,再运行", 1),
        ("样子是这样:\n    both = a.merge(b, how=c)", 1),
        ("没有这家店，请再看看：{known}。", 0),
        ("营业到 21:30，共 1,234 单", 0),
        ("请用 ck.data.conform(frame, {column}={near!r})。", 0),
        ("重量要大于 0：Hybrid([(ItemCF(), 0.7), (Content(), 0.3)])。", 0),
        ('给出头尾两天：("2025-05-01", "2025-05-31")。', 0),
        ("最忙的是 {hour}:00。", 0),
        ("最忙的是 {hour}:那个钟点", 1),
        ('给出头尾两天("2025-05-01", "2025-05-31")', 0),
        ("给出头尾两天(例如五月)", 2),
        ('frame, report = ck.clean.validate(frame, "{table}")。', 0),
    ],
)
def test_the_search_tells_chinese_from_code(text, found):
    assert len(half_width(text)) == found


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: path.stem)
def test_catalogues_have_chinese_punctuation(catalogue):
    wrong = [(text, found) for text in messages(catalogue) if (found := half_width(text))]
    assert not wrong, "\n".join(f"{found}: {text}" for text, found in wrong)


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: path.stem)
def test_catalogues_say_nin_to_the_reader(catalogue):
    familiar = [text for text in messages(catalogue) if "你" in text]
    assert not familiar, "\n".join(familiar)


def test_lessons_and_exercises_say_nin_to_the_learner(repository):
    pages = [*repository.glob("course/source/**/*.md"), *repository.glob("solutions/*.md")]
    assert len(pages) >= 10
    familiar = [
        f"{page.name}: {line}"
        for page in pages
        for line in page.read_text("utf-8").splitlines()
        if re.search("你(?![们好])", line)
    ]
    assert not familiar, "\n".join(familiar)


def prose(page):
    """The paragraphs of a Markdown page without its code and the targets of its links."""
    return re.sub(r"```.*?```|<[^>]*>|(?<=\])\([^)]*\)", "", page, flags=re.S).splitlines()


@pytest.mark.parametrize(
    "page", ["README.zh.md", "datasets/DATASHEET.zh.md", "docs/zh/class.md", "docs/zh/server.md"]
)
def test_chinese_pages_have_chinese_punctuation(repository, page):
    lines = prose((repository / page).read_text("utf-8"))
    wrong = [(line, found) for line in lines if (found := half_width(line))]
    assert not wrong, "\n".join(f"{found}: {line}" for line, found in wrong)


@pytest.mark.parametrize("content", LEARNING, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_learners_read_has_chinese_punctuation(content):
    texts = chinese(yaml.safe_load(content.read_text("utf-8")))
    wrong = [(text, found) for text in texts if (found := half_width(text))]
    assert not wrong, "\n".join(f"{found}: {text}" for text, found in wrong)


def test_the_reference_has_chinese_punctuation(repository):
    def texts(node):
        if isinstance(node, dict):
            for value in node.values():
                yield from texts(value)
        else:
            yield str(node)

    said = yaml.safe_load((repository / "docs/reference.zh.yaml").read_text("utf-8"))
    wrong = [(text, found) for text in texts(said) if (found := half_width(text))]
    assert not wrong, "\n".join(f"{found}: {text}" for text, found in wrong)
