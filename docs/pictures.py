"""Photograph the screens, in both languages: ``python docs/pictures.py [en] [zh]``.

Writes docs/images/<picture>-<language>.png: the course and the practice shop as pages, and what a
trainer sees on a day with a class of made-up people, who hand in, are marked and shown as in a real
one. Needs Chromium; `CHROMIUM` says where it is.
"""

import asyncio
import contextlib
import io
import json
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import tornado.httpserver
import tornado.netutil
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from crmkit import i18n
from crmkit.learn import records
from crmkit.learn.course import Course
from crmkit.learn.questions import Asked
from crmkit.panels import DESKS
from crmkit.practice.errors import PracticeError
from crmkit.serve.app import application
from crmkit.serve.house import House
from crmkit.serve.people import hand_in
from crmkit.teach import class_page, grade
from crmkit.teach.answer_sheet import answer_sheet, work_through

HERE = Path(__file__).resolve().parent
TREE = Course(HERE.parent)
PASSWORD = "a trainer's own"
PEOPLE = {
    "en": ("Ada Noor", "Ben Okoro", "Carla Diaz", "Dan Webb", "Ewa Lis", "Finn Moss", "Gia Rossi", "Hal Young"),
    "zh": ("何雨桐", "马建国", "林小曼", "周志强", "许文静", "郑海波", "苏晓梅", "唐一鸣"),
}  # fmt: skip
STORES = {"en": ("Old Town Store", "Riverside Store"), "zh": ("老城店", "滨江店")}
LESSON = "2-cashier/03-my-shift-in-numbers"
EXERCISES = ("foundations-1", "cashier-1", "cashier-3")
KNOW = (1.0, 0.9, 0.55, 0.8, 0.35, 0.95, 0.7, 0.75)
"""The share of the questions each of them gets right."""
MESSAGE = {
    "en": ("New autumn teas", "{name}, the new autumn teas are in. A cup is waiting for you."),
    "zh": ("秋茶上新", "{name}，秋茶到店了，欢迎来喝一杯。"),
}
TYPED = {
    "till": {"en": ("690000000001", "3*690000000007"), "zh": ("690000000001", "3*690000000007")},
    "members": {"en": ("9705",), "zh": ("9705",)},
    "stock": {"en": ("oolong",), "zh": ("乌龙",)},
}
DESK_STAFF = {
    "till": "E0002", "members": "E0002", "stock": "E0007", "sales": "E0004", "service": "E0004",
    "marketing": "E0001", "manager": "E0001",
}  # fmt: skip


def a_class(root: Path, language: str) -> Course:
    """A course in a folder of its own, with a roster."""
    for part in ("course", "solutions", "exercises"):
        shutil.copytree(TREE.root / part, root / part)
    (root / "datasets").symlink_to(TREE.datasets)
    (root / "grading").mkdir()
    shutil.copy(TREE.grading / "nbgrader_config.py", root / "grading")
    lines = ["id,name,store"] + [
        f"E{231 + n:04},{name},{STORES[language][n % 2]}" for n, name in enumerate(PEOPLE[language])
    ]
    (root / "grading" / "roster.csv").write_text("\n".join(lines), "utf-8")
    return Course(root)


def open_shop(house: House, language: str) -> None:
    """The first learner's practice shop at noon: some sales rung up, a campaign prepared."""
    who = next(iter(house.group.people.values()))
    with who.at_start(language):
        shop = who.shop("E0002", language)
        people = [one.id for one in shop.members.list_members(size=12).rows]
        for number, member in enumerate(people):
            basket = [(f"P{product:04}", 1 + number % 2) for product in (1 + number, 40 + number)]
            with contextlib.suppress(PracticeError):  # what is not on hand is not sold
                shop.till.sell(basket, member_id=member if number % 3 else None)
        manager = shop.as_staff("E0001").marketing
        words = MESSAGE[language]
        letter = manager.make_template(words[0], "mini_program", language, words[1])
        manager.freeze(manager.make_campaign(words[0], "sleeping", letter).id)
        manager.make_campaign(words[0], "july_birthdays", letter)
        shop.close()


def learn(house: House, language: str) -> None:
    """Everybody works and hands in: a question is known, or its first likely mistake is made."""
    titles = [one.address for one in house.contents(language)]
    for number, who in enumerate(house.group.people.values()):
        who.prepare()
        who.last_seen, who.last_page = time.time(), titles[(5 * number) % 13]
        for name in EXERCISES[: 3 - number % 3 // 2]:
            lesson = house.lesson(name, language, True)
            folder = who.notebook(lesson).parent
            asked = Asked(name)
            sheet = answer_sheet(name, {"my_number": str(number + 1)})
            given = {
                one: asked.questions[one].read(answer).value
                for one, answer in sheet.items()
                if asked.questions[one].judged == "never"
            }
            keys, answers, right = asked.keys(given), {}, []
            for place, (one, answer) in enumerate(sheet.items()):
                question = asked.questions[one]
                if question.judged == "never" or (7 * place + 3 * number) % 10 < 10 * KNOW[number]:
                    answers[one] = answer
                    right.append(one)
                elif not (question.is_task or question.is_dialogue):
                    likely = list(getattr(keys, one)().mistakes.values())
                    answers |= (
                        {one: str(likely[0])} if likely and question.kind != "multiple" else {}
                    )
            with who.at(who.notebook(lesson), language):
                if tasks := [one for one in right if asked.questions[one].is_task]:
                    work_through(name, folder, tasks)
                for one in sheet:
                    records.note(name, name, one, "right" if one in right else "wrong")
            text = json.dumps({"name": name, "answers": answers}, ensure_ascii=False)
            (folder / f"{name}.answers.json").write_text(text, "utf-8")
            hand_in(who, lesson)


@contextlib.contextmanager
def served(house: House) -> Iterator[str]:
    """The pages of this house, in a thread."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()

    async def start() -> int:
        sockets = tornado.netutil.bind_sockets(0, "127.0.0.1")
        tornado.httpserver.HTTPServer(application(house)).add_sockets(sockets)
        return sockets[0].getsockname()[1]

    port = asyncio.run_coroutine_threadsafe(start(), loop).result(60)
    yield f"http://127.0.0.1:{port}"
    loop.call_soon_threadsafe(loop.stop)


def keep(page: Page, name: str, language: str, height: int | None = None) -> None:
    """The picture, in as few colours as a screen has."""
    page.wait_for_timeout(800)
    clip = height and {"x": 0, "y": 0, "width": page.viewport_size["width"], "height": height}
    taken = page.screenshot(full_page=bool(clip), clip=clip or None)
    picture = Image.open(io.BytesIO(taken)).convert("RGB").quantize(128, dither=Image.Dither.NONE)
    picture.save(HERE / "images" / f"{name}-{language}.png", optimize=True)


def photograph(page: Page, address: str, house: House) -> None:
    """The door, the course, the desks; then a trainer's day: who is where, a page of marks, the class."""
    language, course = house.language, house.course
    first = next(iter(house.group.people.values()))
    page.add_init_script("Storage.prototype.getItem = () => 'seen'")  # no tour over the desks
    page.set_viewport_size({"width": 390, "height": 700})
    page.goto(f"{address}/sign-in")
    keep(page, "sign-in", language)
    page.set_viewport_size({"width": 1366, "height": 768})
    page.select_option("select[name=name]", first.name)
    page.fill("input[name=code]", "a code of her own")
    page.click("main button")
    page.wait_for_url(f"{address}/")
    keep(page, "start", language)
    page.goto(f"{address}/lesson/{LESSON}")
    page.locator(".ck-form").first.wait_for()
    keep(page, "lesson", language)
    for desk in DESKS:
        page.goto(f"{address}/shop?change=1")
        if desk == DESKS[0]:
            keep(page, "shop", language)
        page.click(f"button[name=staff][value={DESK_STAFF[desk]}]")
        page.goto(f"{address}/shop/{desk}")
        for typed in TYPED.get(desk, {}).get(language, ()):
            page.wait_for_timeout(500)
            page.keyboard.type(typed)
            page.keyboard.press("Enter")
        keep(page, f"desk-{desk}", language)
    page.goto(f"{address}/board")
    page.fill("input[name=code]", PASSWORD)
    page.click("main button")
    keep(page, "board", language)
    third = list(house.group.people)[2]
    report = course.grading / "feedback" / third / EXERCISES[0]
    page.goto(next(report.glob("*.html")).as_uri())
    keep(page, "feedback", language)
    page.goto((course.grading / "class" / "class.html").as_uri())
    keep(page, "class", language, 1000)


def main(languages: list[str]) -> None:
    for language in languages or i18n.LANGUAGES:
        with tempfile.TemporaryDirectory() as folder, i18n.use_language(language):
            course = a_class(Path(folder), language)
            house = House(course, language, password=PASSWORD, roster=course.grading / "roster.csv")
            learn(house, language)
            open_shop(house, language)
            grade.grade(course)
            class_page.write(course, course.grading / "class")
            with served(house) as address, sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=os.environ.get("CHROMIUM", shutil.which("chromium")),
                    args=["--no-sandbox"],
                )
                photograph(browser.new_page(locale=language), address, house)
                browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
