"""`crmkit page` at the prompt: the address, large enough for the whole room."""

import io
import socket
import webbrowser
from pathlib import Path

import segno

from crmkit.i18n import gettext as _
from crmkit.learn.course import Course
from crmkit.serve.app import serve
from crmkit.serve.house import House


def run(
    course: Course,
    language: str,
    *,
    port: int,
    host: str | None,
    password: str | None,
    roster: Path | None,
    one_shop: bool,
    browser: bool,
) -> None:
    """Serve until Ctrl+C; for a class on every interface, else on this machine's own."""
    host = host or ("0.0.0.0" if roster else "127.0.0.1")

    def ready(house: House, address: str) -> None:
        if house.group is None:
            entry = f"{address}/?key={house.password}"
            print(_("The course is open at {address} (Ctrl+C closes it).").format(address=entry))
            if browser:
                webbrowser.open(entry)
            return
        house.address = address.replace("0.0.0.0", own_address())
        print(for_a_room(house.address))
        print(
            _("Learners open {address}. Your board: {address}/board, password {password}").format(
                address=house.address, password=house.password
            )
        )
        print(_("Ctrl+C closes it; everything is kept."), flush=True)  # fmt: skip

    try:
        serve(
            course, language, port=port, host=host, password=password, roster=roster,
            one_shop=one_shop, ready=ready,
        )  # fmt: skip
    except KeyboardInterrupt:
        print()


def own_address() -> str:
    """This machine's address in its own network; nothing is sent to find it out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return probe.getsockname()[0]
        except OSError:
            return socket.gethostname()


def for_a_room(address: str) -> str:
    """The address as a code that phones read, in characters."""
    drawn = io.StringIO()
    segno.make(address, error="m").terminal(drawn, compact=True)
    return drawn.getvalue()
