"""The shop's keys: personal fields are sealed with them, and found again without being opened.

A sealed value reads ``<key id>.<base64>``: AES-256-GCM with the table, column and row id as
associated data, so that a value copied to another row does not open. A token is a keyed hash
(HMAC-SHA-256) of the normalised value: equal values have equal tokens, and without the key
nobody can try phone numbers out. The keys live in a file outside the database.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import overload

from crmkit.i18n import gettext as _
from crmkit.practice.engine import database_url
from crmkit.practice.errors import CannotOpen, PracticeError, Tampered, WrongKey, from_a_file

NONCE = 12


@dataclass(frozen=True)
class Key:
    """One generation of secrets: sealing, finding and signing each get their own."""

    id: str
    secret: bytes = field(repr=False)

    def derived(self, purpose: str) -> bytes:
        return hmac.new(self.secret, f"crmkit:{purpose}".encode(), hashlib.sha256).digest()

    @cached_property
    def _aead(self):
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(self.derived("seal"))

    @cached_property
    def _token_secret(self) -> bytes:
        return self.derived("token")

    def seal(self, value: str, place: str) -> str:
        nonce = os.urandom(NONCE)
        sealed = nonce + self._aead.encrypt(nonce, value.encode(), place.encode())
        return f"{self.id}.{base64.b64encode(sealed).decode()}"

    def open(self, payload: str, place: str) -> str:
        from cryptography.exceptions import InvalidTag

        try:
            raw = base64.b64decode(payload, validate=True)
            return self._aead.decrypt(raw[:NONCE], raw[NONCE:], place.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise Tampered(
                _("An encrypted value in {place} does not belong there. Restore a backup."),
                place=place,
            ) from error

    def token(self, kind: str, value: str) -> str:
        digest = hmac.new(self._token_secret, f"{kind}:{value}".encode(), hashlib.sha256)
        return f"{self.id}.{digest.hexdigest()[:32]}"


@dataclass
class Keyring:
    """The shop's keys: the first seals, all open and find (during a rotation there are two).

    >>> ring = Keyring.new()
    >>> sealed = ring.seal("13800001111", "member.phone:M000001")
    >>> ring.open(sealed, "member.phone:M000001")
    '13800001111'
    """

    keys: list[Key]
    signing: bytes = field(repr=False)

    @classmethod
    def new(cls) -> "Keyring":
        return cls([Key("k1", secrets.token_bytes(32))], secrets.token_bytes(32))

    @classmethod
    def for_practice(cls) -> "Keyring":
        """The practice scenes' keys: the same for every learner, because a submission carries
        `shop.db` alone and the trainer has to read it. They protect nobody's real data."""
        secret = hashlib.sha256(b"crmkit practice scene").digest()
        return cls([Key("practice", secret)], hashlib.sha256(b"crmkit practice audit").digest())

    @classmethod
    def load(cls, path: Path | str) -> "Keyring":
        """Read the key file; `WrongKey` when it is missing or damaged."""
        path = Path(path)
        try:
            stored = json.loads(path.read_text("utf-8"))
            keys = [Key(one["id"], base64.b64decode(one["secret"])) for one in stored["keys"]]
            return cls(keys, base64.b64decode(stored["signing"]))
        except FileNotFoundError as error:
            raise WrongKey(
                _("The shop's key file {path} is missing. Put it back, or set CRMKIT_KEYS."),
                path=path,
            ) from error
        except OSError as error:
            raise from_a_file(error) from error
        except (ValueError, KeyError, TypeError) as error:
            raise WrongKey(
                _("The key file {path} is damaged. Restore it from its copy."), path=path
            ) from error

    def save(self, path: Path | str, *, new: bool = False) -> None:
        """Write the key file, readable by its owner only; the old one is replaced at once.

        A `new` one replaces none: the file that is there may be the only key of another shop or
        of its backups.
        """
        path = Path(path)
        try:
            if new and path.exists():
                raise CannotOpen(
                    _(
                        "There is a key file at {path} already; backups may need it. "
                        "Move it to a safe place first."
                    ),
                    path=path,
                )
            self._save(path)
        except OSError as error:
            raise from_a_file(error) from error

    def _save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        stored = {
            "keys": [
                {"id": key.id, "secret": base64.b64encode(key.secret).decode()} for key in self.keys
            ],
            "signing": base64.b64encode(self.signing).decode(),
        }
        fresh = path.with_name(path.name + ".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            json.dump(stored, out)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(path)

    @property
    def active(self) -> Key:
        return self.keys[0]

    def with_new_key(self) -> "Keyring":
        """The same ring with a fresh key in front; everything is sealed with it from now on."""
        highest = max(int(key.id[1:]) for key in self.keys if key.id[1:].isdigit())
        return Keyring([Key(f"k{highest + 1}", secrets.token_bytes(32)), *self.keys], self.signing)

    def without_old_keys(self) -> "Keyring":
        return Keyring(self.keys[:1], self.signing)

    def seal(self, value: str | None, place: str) -> str | None:
        return None if value is None else self.active.seal(value, place)

    @overload
    def open(self, sealed: str, place: str) -> str: ...
    @overload
    def open(self, sealed: str | None, place: str) -> str | None: ...
    def open(self, sealed: str | None, place: str) -> str | None:
        if sealed is None:
            return None
        key_id, _dot, payload = sealed.partition(".")
        for key in self.keys:
            if key.id == key_id:
                return key.open(payload, place)
        raise WrongKey(
            _("The shop's data is sealed with key {key}, which the key file does not hold."),
            key=key_id,
        )

    def token(self, kind: str, value: str | None) -> str | None:
        return None if value is None else self.active.token(kind, value)

    def tokens(self, kind: str, value: str) -> list[str]:
        """The value's token under every key, to search with."""
        return [key.token(kind, value) for key in self.keys]

    def sign(self, message: bytes) -> str:
        return hmac.new(self.signing, message, hashlib.sha256).hexdigest()


KEY_CHECK = "crmkit"
CHECKED_AT = "shop.key_check:1"


def require_fitting(keys: Keyring, check: str) -> None:
    """Refuse keys that are not, or are no longer, those of the shop that keeps this check."""
    try:
        fits = keys.open(check, CHECKED_AT) == KEY_CHECK
    except PracticeError:
        fits = False
    if not fits:
        raise WrongKey(
            _(
                "This key is not the shop's, or not any more. Open the shop again with the key "
                "file it has now."
            )
        )


def key_file(where: str | Path) -> Path:
    """Where a served shop's keys are kept: ``CRMKIT_KEYS``, else a file named for the database."""
    named = os.environ.get("CRMKIT_KEYS")
    if named:
        return Path(named)
    url = database_url(where)
    place = (
        str(Path(url.database or ":memory:").resolve())
        if url.get_backend_name() == "sqlite"
        else f"{url.host}:{url.port}/{url.database}"
    )
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return home / "crmkit" / "keys" / f"{hashlib.sha256(place.encode()).hexdigest()[:16]}.json"


def find_keys(kind: str, where: str | Path) -> Keyring:
    """The keys of this shop: the well-known ones of practice scenes, else those in its file."""
    return Keyring.for_practice() if kind == "practice" else Keyring.load(key_file(where))
