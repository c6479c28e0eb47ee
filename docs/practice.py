"""What can be done in the practice CRM, and by whom, a page of the site: `page(language)`.

It says what the desks declare: operations, labels, roles.
"""

import inspect

from crmkit import i18n
from crmkit.panels import DESKS as SCREENS
from crmkit.practice.access import ROLES
from crmkit.practice.command import Desk, asked
from crmkit.practice.shop import DESKS

WORDS = {
    "zh": {
        "title": "练习用的 CRM：谁能做什么",
        "door": "进店：选一个人",
        "intro": ""
        "`crmkit practice` 打开练习店后，输入 `shop` 可查看门店和您能用的功能，输入 `shop.till` 可查看"
        "收银台上能做的事；`shop.as_staff('E0002')` 换一位同事登录，`shop.office.team()` 看本店有谁。"
        "结果直接显示成表格，金额以元显示；计算时取到的仍是以分为单位的整数，例如 `receipt.total`。"
        "括号里写的是必填的内容，`…` 表示还有可选的，`help(shop.till.sell)` 逐项说明。"
        "下表是各角色在**自己门店**的权限；在别的门店，要另外授权。",
        "screens": "各个台长什么样",
        "operation": "操作",
        "what": "内容",
    },
    "en": {
        "title": "The practice CRM: who can do what",
        "door": "The shop's door: choose a person",
        "intro": ""
        "`crmkit practice` opens a practice shop: type `shop` to see where you are and which desks are "
        "open to you, `shop.till` to see what you can do there; `shop.as_staff('E0002')` signs in as "
        "a colleague, `shop.office.team()` says who works here. Results are shown as tables with money "
        "in yuan; to reckon with, they hold whole cents, as in `receipt.total`. The brackets name what "
        "is needed, `…` stands for more that may be given: `help(shop.till.sell)` explains each. The "
        "tables say what a role may do at its **own** store; elsewhere it has to be given as well.",
        "screens": "The desks on screen",
        "operation": "operation",
        "what": "what it does",
    },
}


def rows(desk: type[Desk]) -> list[str]:
    """A line of the desk's table for each operation."""
    found = []
    for name, act in inspect.getmembers(desk):
        operation = getattr(act, "operation", None)
        if operation is not None:
            may = " | ".join("✓" if role in operation.roles else "" for role in ROLES)
            what = i18n.label("permission", operation.name)
            found.append(f"| `{name}({asked(act)})` | {what} | {may} |")
    return found


def page(language: str) -> str:
    """The whole page as Markdown."""
    words = WORDS[language]
    with i18n.use_language(language):
        parts = [f"# {words['title']}", words["intro"]]
        roles = " | ".join(i18n.label("role", role) for role in ROLES)
        parts.append(f"## {words['screens']}")
        parts.append(f"![{words['door']}](../images/shop-{language}.png)")
        parts += [
            f"![{i18n.label('panel', one)}](../images/desk-{one}-{language}.png)" for one in SCREENS
        ]
        head = f"| {words['operation']} | {words['what']} | {roles} |"
        line = "| --- " * 2 + "| :-: " * len(ROLES) + "|"
        for name, desk in DESKS.items():
            parts.append(f"## {i18n.label('desk', name)} `shop.{name}`")
            parts.append("\n".join([head, line, *rows(desk)]))
    return "\n\n".join(parts) + "\n"
