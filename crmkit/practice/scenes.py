"""Practice scenes: shops that are the same for every learner, at a moment that stands still.

What makes and opens shops, `Shop`, stands above the scenes: it is handed to them as `shops`.
"""

import gc
import hashlib
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update

from crmkit import caches
from crmkit.i18n import LANGUAGES, get_language, use_language
from crmkit.i18n import gettext as _
from crmkit.practice import course_shop, migrate, schema, steps
from crmkit.practice.clock import FixedClock
from crmkit.practice.engine import in_a_hurry, in_the_shops_words, open_engine, reading, writing
from crmkit.practice.errors import CannotOpen, OlderShop

FILE = "shop.db"
LANGUAGE = "scene_language"
"""The setting that says in which language a scene's people and goods are named."""


@dataclass(frozen=True)
class Scene:
    """How a scene is made, and who signs in first; scenes with one `template` begin alike."""

    staff: str
    template: str
    make: Callable[[Any, Path], Any]


SCENES: dict[str, Scene] = {}


def scene(name: str, staff: str, template: str | None = None) -> Callable:
    """Register a scene by what makes it."""

    def register(make: Callable) -> Callable:
        SCENES[name] = Scene(staff, template or name, make)
        return make

    return register


def open_scene(shops, name: str, *, staff: str | None, folder: Path, reset: bool):
    """The scene's shop in this folder, made when it is not there yet."""
    if name not in SCENES:
        raise CannotOpen(
            _("There is no scene {name}. There are: {names}."),
            name=name,
            names=", ".join(sorted(SCENES)),
        )
    path = folder / FILE
    with in_the_shops_words():
        if reset:
            put_aside(folder)
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f"{FILE}.new")
            _lay_out(shops, name, fresh)
            fresh.replace(path)
    try:
        found = _scene_of(path)
    except OlderShop:  # of a learner who went on with a newer crmkit: a copy is kept
        shutil.copyfile(path, path.with_name(f"{path.stem}-before-{migrate.newest()}{path.suffix}"))
        shops.upgrade(path)
        found = _scene_of(path)
    if found != name:
        raise CannotOpen(
            _("{path} is the scene {found}. Open it with reset=True to begin {name}."),
            path=path,
            found=found,
            name=name,
        )
    return shops.open(path, staff or SCENES[name].staff)


def _scene_of(path: Path) -> str | None:
    engine = open_engine(path, served=False)
    try:
        with reading(engine) as connection:
            migrate.require_newest(connection)
            return connection.scalar(select(schema.shop.c.scene))
    finally:
        engine.dispose()


def _lay_out(shops, name: str, path: Path) -> None:
    """The scene's file: copied from this machine's template, which is made once."""
    template = _template(shops, SCENES[name])
    path.unlink(missing_ok=True)
    if template is None:
        SCENES[name].make(shops, path).close()
    else:
        shutil.copyfile(template, path)
    engine = open_engine(path, served=False)
    with writing(engine) as connection:
        connection.execute(update(schema.shop).values(scene=name))
        connection.execute(insert(schema.setting).values(name=LANGUAGE, value=get_language()))
    engine.dispose()


def prepare(shops, only: Iterable[str] = ()) -> list[Path]:
    """Make the templates of all scenes (or of these), in both languages, beside this Python: on a
    machine where that was done nobody waits for a scene. The new files."""
    made = []
    chosen = [SCENES[one] for one in only or SCENES]
    for scene in {one.template: one for one in chosen}.values():
        for language in LANGUAGES:
            with use_language(language):
                path = _shared() / _name_of(scene)
                if not path.is_file():
                    _make(shops, scene, path)
                    made.append(path)
    return made


def _template(shops, scene: Scene) -> Path | None:
    """The template's file, made when it is not there; None where nothing can be kept."""
    name = _name_of(scene)
    if (shared := _shared() / name).is_file():
        return shared
    try:
        path = caches.folder() / "scenes" / name
        if not path.is_file():
            _make(shops, scene, path)
    except OSError:
        return None
    return path


def _shared() -> Path:
    return Path(sys.prefix) / "share" / "crmkit" / "scenes"


def _name_of(scene: Scene) -> str:
    return f"{scene.template}-{_fingerprint()}.db"


def _make(shops, scene: Scene, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        fresh = Path(folder) / FILE
        with _nothing_thrown_away():
            scene.make(shops, fresh).close()
        fresh.replace(path)


@contextmanager
def _nothing_thrown_away() -> Iterator[None]:
    """Python does not look for what is needed no more: for a moment with very many new things."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _fingerprint() -> str:
    """Changes whenever a template would come out differently: code, data or language."""
    from crmkit.data.load import folder

    seen = hashlib.sha256(get_language().encode())
    here = Path(__file__).parent
    for source in sorted(here.rglob("*.*")):
        if source.suffix in (".py", ".sql", ".yaml"):
            seen.update(source.read_bytes())
    for table in sorted(folder().rglob("*.parquet")):
        about = table.stat()
        seen.update(f"{table.name} {about.st_size} {about.st_mtime_ns}".encode())
    return seen.hexdigest()[:16]


def put_aside(folder: Path) -> Path | None:
    """Keep the shop of this folder under another name; that name, None where there is no shop."""
    path = folder / FILE
    if not path.exists():
        return None
    number = 1
    while (backup := path.with_name(f"{path.stem}-{number}{path.suffix}")).exists():
        number += 1
    return Path(shutil.move(path, backup))


@scene("corner", staff="T1")
def corner(shops, path: Path):
    """A tiny shop for trying things out: two stores, a handful of goods and members."""
    return _corner_shop(shops, path, "corner")


@scene("member-desk", staff="B1")
def member_desk(shops, path: Path):
    """The corner shop with records to put in order: a double, a wrong birthday."""
    shop = _corner_shop(shops, path, "member-desk")
    steps.do(shop, "member-desk")
    return shop


def _corner_shop(shops, path: Path, name: str):
    clock = FixedClock(datetime(2025, 6, 30, 2, 0, tzinfo=UTC))
    shop = shops.create(
        path,
        name=_("Corner shop"),
        store=("S1", _("Corner")),
        owner=("T1", _("Trainer Zhou")),
        kind="practice",
        scene=name,
        clock=clock,
    )
    in_a_hurry(shop.engine)
    shop.office.set_clock(clock.at)
    steps.do(shop, "corner")
    return shop


for _name, _staff in steps.said("staff").items():
    scene(_name, _staff, template="course")(course_shop.build)
