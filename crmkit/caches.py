"""What was worked out once on this machine is kept for the next time, in one folder of the user's."""

import os
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

DIGEST = sha256().digest_size


def folder() -> Path:
    """Where things are kept: they may be deleted at any time, and are then made anew.

    Raises
    ------
    OSError
        When the user has no home.
    """
    try:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError as error:
        raise OSError(str(error)) from error
    return home / "crmkit"


def kept(name: str, sources: Iterable[Path], make: Callable[[], bytes]) -> bytes:
    """What `make` gives of these files; made anew only when they say something else than before.

    Before the bytes stands a digest of them and of the files, so that neither what is out of date
    nor what is damaged is taken. Where nothing can be kept, it is made every time.
    """
    read = sha256(b"".join(one.read_bytes() for one in sources)).digest()
    with suppress(OSError):
        found = (folder() / name).read_bytes()
        digest, made = found[:DIGEST], found[DIGEST:]
        if digest == sha256(read + made).digest():
            return made
    made = make()
    with suppress(OSError):
        folder().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder()) as own:  # another process may write it too
            fresh = Path(own) / name
            fresh.write_bytes(sha256(read + made).digest() + made)
            fresh.replace(folder() / name)
    return made
