"""One server in this process for all tests of the pages, with a class and the corner shop."""

import asyncio
import json
import threading
from pathlib import Path
from urllib.parse import urlencode

import pytest
import tornado.httpclient
import tornado.httpserver
import tornado.netutil
import tornado.websocket
from tornado.httputil import HTTPHeaders, parse_cookie

from crmkit.learn.course import Course
from crmkit.serve.app import application
from crmkit.serve.house import House

REPOSITORY_PARTS = ("course", "solutions", "exercises", "datasets")


class Served:
    """A running server and the thread its loop lives in."""

    def __init__(self, house):
        self.house = house
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.port = self.run(self._start())
        self.address = f"http://127.0.0.1:{self.port}"

    async def _start(self):
        sockets = tornado.netutil.bind_sockets(0, "127.0.0.1")
        server = tornado.httpserver.HTTPServer(application(self.house))
        server.add_sockets(sockets)
        return sockets[0].getsockname()[1]

    def run(self, what):
        return asyncio.run_coroutine_threadsafe(what, self.loop).result(120)


class Browser:
    """Somebody's browser, without a screen: it keeps cookies and fills in forms."""

    def __init__(self, served, language="en"):
        self.served, self.cookies = served, {"crmkit_language": language}

    def ask(self, path, method="GET", **more):
        headers = HTTPHeaders(more.pop("headers", {}))
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        request = tornado.httpclient.HTTPRequest(
            self.served.address + path, method=method, headers=headers, follow_redirects=False,
            request_timeout=110, **more,
        )  # fmt: skip

        async def fetch():
            return await tornado.httpclient.AsyncHTTPClient().fetch(request, raise_error=False)

        answer = self.served.run(fetch())
        for one in answer.headers.get_list("Set-Cookie"):
            name, value = next(iter(parse_cookie(one.split(";")[0]).items()))
            self.cookies[name] = value
        return answer

    def get(self, path, **more):
        answer = self.ask(path, **more)
        if answer.code == 302:
            return self.get(answer.headers["Location"])
        return answer

    def post(self, path, **fields):
        if "_xsrf" not in self.cookies:
            self.ask("/sign-in")
        body = urlencode({"_xsrf": self.cookies.get("_xsrf", "")} | fields)
        return self.ask(path, "POST", body=body)

    def sign_in(self, name, code):
        return self.post("/sign-in", name=name, code=code)

    def live(self, page, **headers):
        """The line of a page; None where it is refused."""
        sent = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), "Origin": self.served.address} | headers  # fmt: skip
        request = tornado.httpclient.HTTPRequest(
            f"ws://127.0.0.1:{self.served.port}/live?page={page}", headers=sent
        )

        async def connect():
            try:
                return await tornado.websocket.websocket_connect(request)
            except (tornado.httpclient.HTTPClientError, ConnectionError):
                return None

        return self.served.run(connect())

    def do(self, line, **content):
        """Do something on a screen; the tree that comes back (None: the line was closed)."""

        async def talk():
            await line.write_message(json.dumps({"screen": 0} | content))
            answer = await line.read_message()
            return json.loads(answer) if answer else None

        return self.served.run(talk())


@pytest.fixture(scope="session")
def course_folder(tmp_path_factory, request):
    root = tmp_path_factory.mktemp("page")
    for part in REPOSITORY_PARTS:
        (root / part).symlink_to(request.config.rootpath / part)
    (root / "grading").mkdir()
    (root / "roster.csv").write_text(
        'id,last_name,first_name\nann,Lee,Ann\nbo,Wang,Bo\ncy,<b>Cy</b>,"\'"\n', "utf-8"
    )
    return root


@pytest.fixture(scope="session")
def house(course_folder):
    return House(
        Course(course_folder), "en", password="trainer-password",
        roster=course_folder / "roster.csv", scene="corner",
    )  # fmt: skip


@pytest.fixture(scope="session")
def served(house):
    return Served(house)


@pytest.fixture(scope="session")
def tickets():
    """The cookies of who signed in before."""
    return {}


@pytest.fixture
def browser_of(served, house, tickets):
    """A signed-in learner's browser."""

    def signed_in(name):
        browser = Browser(served)
        if name not in tickets:
            assert browser.sign_in(name, f"code-of-{name}").code == 302
            tickets[name] = dict(browser.cookies)
        browser.cookies = dict(tickets[name])
        return browser

    yield signed_in
    house.group._wrong.clear()


@pytest.fixture
def stranger(served):
    return Browser(served)


@pytest.fixture
def alone():
    """A browser before a server of its own."""
    return lambda house: Browser(Served(house))


@pytest.fixture
def newcomer(browser, served, browser_of):
    """A page on which Ann is signed in for the first time; what it asked for and complained of is
    noted."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    cookies = browser_of("ann").cookies
    context.add_cookies([{"name": k, "value": v, "url": served.address} for k, v in cookies.items()])  # fmt: skip
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.asked, page.complaints = [], []
    page.on("request", lambda one: page.asked.append(one.url))
    page.on("console", lambda one: page.complaints.append(one.text) if one.type == "error" else None)  # fmt: skip
    yield page
    assert [one for one in page.asked if not one.startswith((served.address, "data:"))] == []
    assert page.complaints == []
    context.close()


@pytest.fixture
def page(newcomer):
    """Ann's page after she was shown around."""
    newcomer.add_init_script(
        "for (const of of ['start', 'shop']) localStorage.setItem(`crmkit-tour-${of}-ann`, 'seen')"
    )
    return newcomer


@pytest.fixture
def till(page, served, house):
    """Ann's till with an empty basket, and how many sales there were."""
    page.goto(f"{served.address}/shop?change=1")
    page.locator("input[name=staff]").fill("C1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/shop/till")
    page.locator("[data-scan]:focus").wait_for()
    if page.locator("[data-act=clear]:not([disabled])").count():
        page.locator("[data-act=clear]").click()
        page.locator("[data-act=clear]:not([disabled])").wait_for(state="detached")
        page.keyboard.press("F2")

    def sales():
        shop = house.group.people["ann"].shop("C1", "en")
        try:
            return shop.till.list_sales(size=200).total
        finally:
            shop.close()

    page.sales = sales
    return page


@pytest.fixture
def serious(newcomer):
    """What axe-core finds on Ann's page that would keep someone out."""
    import axe_playwright_python

    script = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")

    def found():
        newcomer.evaluate(script)
        all_of_it = newcomer.evaluate(
            "async () => (await axe.run({resultTypes: ['violations']})).violations"
        )
        return [
            (one["id"], one["nodes"][0]["html"][:200])
            for one in all_of_it
            if one["impact"] in ("serious", "critical")
        ]

    return found
