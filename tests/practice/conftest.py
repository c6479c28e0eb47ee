"""A real shop for every test, on SQLite and, where asked for, on PostgreSQL."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from crmkit.i18n import use_language
from crmkit.practice import FixedClock, Keyring, Shop

NOON = datetime(2025, 6, 30, 4, 0, tzinfo=UTC)  # noon in Shanghai


@pytest.fixture(autouse=True)
def _english():
    with use_language("en"):
        yield


@pytest.fixture(scope="session")
def postgres_server():
    """The URL of a PostgreSQL server: CRMKIT_TEST_POSTGRES, or one started for this session."""
    given = os.environ.get("CRMKIT_TEST_POSTGRES")
    if given:
        yield given
        return
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or shutil.which("initdb")
    if not found:
        pytest.skip("no PostgreSQL: set CRMKIT_TEST_POSTGRES or install the server")
    programs = Path(found[-1] if isinstance(found, list) else found).parent
    folder = Path(tempfile.mkdtemp(prefix="crmkit-postgres-"))
    as_owner = []
    if os.geteuid() == 0:  # the server refuses to run as root
        owner = next((n for n in ("postgres", "nobody") if _exists(n)), None)
        if owner is None or not shutil.which("setpriv"):
            pytest.skip("PostgreSQL does not run as root, and there is no user to run it as")
        account = pwd.getpwnam(owner)
        os.chown(folder, account.pw_uid, account.pw_gid)
        as_owner = [
            "setpriv",
            f"--reuid={account.pw_uid}",
            f"--regid={account.pw_gid}",
            "--clear-groups",
        ]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = folder / "data"

    def run(*command):
        with open(folder / "output", "ab") as output:
            done = subprocess.run(
                [*as_owner, *map(str, command)],
                cwd=folder,
                stdout=output,
                stderr=output,
                timeout=120,
            )
        said = (folder / "output").read_text(errors="replace")
        assert done.returncode == 0, f"{command[0]} failed: {said[-2000:]}"

    run(programs / "initdb", "-D", data, "-A", "trust", "-U", "crmkit", "-E", "UTF8", "--no-sync")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    run(
        programs / "pg_ctl",
        *("-D", data, "-w", "-l", folder / "log", "-o", options, "start"),
    )
    try:
        yield f"postgresql://crmkit@127.0.0.1:{port}/postgres"
    finally:
        run(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def _administer(server: str, statement: str) -> None:
    url = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture
def new_database(tmp_path, request):
    """Makes the address of a new database, of the kind asked for, empty or a copy of another."""
    made = []

    def make(kind: str, like: str | None = None) -> str:
        if kind == "sqlite":
            path = tmp_path / f"{uuid.uuid4().hex[:8]}.db"
            if like:
                shutil.copy(like, path)
            return str(path)
        server = request.getfixturevalue("postgres_server")
        address = new_postgres(server, like)
        made.append((server, make_url(address).database))
        return address

    yield make
    for server, name in made:
        _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def new_postgres(server: str, like: str | None = None) -> str:
    name = f"shop_{uuid.uuid4().hex[:12]}"
    template = f" TEMPLATE {make_url(like).database}" if like else ""
    _administer(server, f"CREATE DATABASE {name}{template}")
    return make_url(server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def keys():
    return Keyring.new()


@pytest.fixture(scope="session")
def furnished(tmp_path_factory, keys, request):
    """Makes a furnished shop once on each kind of database; tests work on copies of it."""
    made = {}

    def make(kind: str) -> str:
        if kind not in made:
            if kind == "sqlite":
                where = str(tmp_path_factory.mktemp("shop") / "shop.db")
            else:
                where = new_postgres(request.getfixturevalue("postgres_server"))
            shop = Shop.create(
                where,
                name="Test shop",
                store=("S1", "Corner"),
                owner=("T1", "Zhou"),
                keys=keys,
                clock=FixedClock(NOON),
            )
            furnish(shop)
            shop.close()
            made[kind] = where
        return made[kind]

    return make


@pytest.fixture
def clock():
    return FixedClock(NOON)


def furnish(shop: Shop) -> None:
    """Two stores, staff of every role, a few goods."""
    office = shop.office
    office.add_store("S2", "Riverside")
    for staff, name, store, role in (
        ("C1", "Chen", "S1", "cashier"),
        ("A1", "Wu", "S1", "sales"),
        ("K1", "Zheng", "S1", "stock_keeper"),
        ("B1", "Wang", "S1", "manager"),
        ("C2", "Feng", "S2", "cashier"),
        ("K2", "Chu", "S2", "stock_keeper"),
    ):
        office.add_staff(staff, name, store, role)
    for product, name, category, price, cost in (
        ("P1", "Scarf", "accessories", 12_900, 5_200),
        ("P2", "Thermos", "home", 8_900, 3_900),
        ("P3", "Hand cream", "care", 3_990, 1_400),
        ("P4", "Gift box", "gifts", 1_500, 600),
        ("P5", "Canvas bag", "accessories", 9_900, 4_100),
    ):
        office.add_product(product, name, category, price, cost)
    shop.stock.receive([(f"P{n}", 10) for n in range(1, 6)])


@pytest.fixture
def open_shop(new_database, furnished, keys, clock):
    """Makes a furnished shop on the kind of database asked for, opened by its trainer T1."""
    opened = []

    def make(kind: str = "sqlite") -> Shop:
        where = new_database(kind, like=furnished(kind))
        shop = Shop.open(where, "T1", keys=keys, clock=clock)
        shop.where = where
        opened.append(shop)
        return shop

    yield make
    for shop in opened:
        shop.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_shop(request, open_shop):
    """The same shop on each kind of database."""
    return open_shop(request.param)


@pytest.fixture
def shop(open_shop):
    return open_shop("sqlite")
