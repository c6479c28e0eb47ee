"""Sphinx's settings of the site; `make.py` beside this lays out the pages and calls Sphinx."""

import os
import re
from pathlib import Path

from sphinx.search import SearchLanguage
from sphinx.search.en import SearchEnglish

import crmkit

LANGUAGE = os.environ["CRMKIT_SITE_LANGUAGE"]
OTHER = {"zh": "en", "en": "zh"}[LANGUAGE]

project = "crmkit"
author = copyright = "The crmkit authors"
version = release = crmkit.__version__
language = {"zh": "zh_CN", "en": "en"}[LANGUAGE]
extensions = ["myst_nb"]
html_theme = "furo"
html_title = "crmkit"
html_copy_source = html_show_sourcelink = False
html_static_path = [str(Path(__file__).parent / "static")]
html_css_files = ["site.css"]
html_theme_options = {
    "navigation_with_keys": True,
    "announcement": {
        "zh": '<a href="../en/index.html">English</a>',
        "en": '<a href="../zh/index.html">中文</a>',
    }[LANGUAGE],
}
# nothing is fetched from another server
nb_execution_mode = "off"
nb_merge_streams = True
nb_render_markdown_format = "myst"
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]
suppress_warnings = [
    "myst.header",  # a page may begin below its first level
    "mystnb.unknown_mime_type",  # a widget's state; its text stands beside it
    "misc.highlighting_failure",
]


class InTwos(SearchLanguage):
    """Chinese has no blanks between words: index and question are both cut into pairs of characters.

    A word list would miss what a shop says (客单价, 动销率); pairs find whatever stands there.
    """

    lang = "zh"
    language_name = "Chinese"
    stopwords = SearchEnglish.stopwords
    js_splitter_code = """
function splitQuery(query) {
  const found = [];
  for (const run of query.match(/[\\u4e00-\\u9fff]+|[\\p{L}\\p{N}_]+/gu) || []) {
    if (!/[\\u4e00-\\u9fff]/.test(run) || run.length < 2) found.push(run);
    else for (let i = 0; i + 1 < run.length; i++) found.push(run.slice(i, i + 2));
  }
  return found;
}
"""

    def split(self, input):
        found = []
        for run in re.findall(r"[\u4e00-\u9fff]+|[^\W\u4e00-\u9fff]+", input):
            if "\u4e00" <= run[0] <= "\u9fff":
                found += [run[at : at + 2] for at in range(len(run) - 1)]
                found += run  # one character is a question, too
            else:
                found.append(run)
        return found

    def stem(self, word):
        return word.lower()


def setup(app):
    if LANGUAGE == "zh":
        app.add_search_language(InTwos)
        app.config.html_search_language = "zh"
