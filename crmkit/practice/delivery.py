"""How messages leave the shop: e-mail by SMTP, SMS and app messages by a gateway."""

import json
import smtplib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

from crmkit.practice.masks import mask_email, mask_name, mask_phone


@dataclass(frozen=True)
class Letter:
    """One message on its way, in full: it is written nowhere but to the transport."""

    id: int
    channel: str
    recipient: str
    subject: str | None
    body: str
    name: str | None = None

    def __repr__(self) -> str:
        return f"Letter(id={self.id}, channel={self.channel!r})"


class Unreachable(Exception):
    """The other side cannot take it now; nothing was handed over, try again later."""


class Refusal(Exception):
    """The other side will never take it."""


class Transport(Protocol):
    """One way out."""

    def ready(self, letter: Letter) -> AbstractContextManager[Callable[[], None]]:
        """Prepare all that may fail safely; calling the result hands the letter over.

        Raises `Unreachable` or `Refusal`; any other error after handing over means that nobody
        knows whether it arrived.
        """


@dataclass
class Smtp:
    """E-mail through a mail server."""

    host: str
    port: int = 25
    sender: str = "shop@crmkit.example"
    user: str | None = None
    password: str | None = None
    start_tls: bool = False
    seconds: float = 20

    @contextmanager
    def ready(self, letter: Letter) -> Iterator[Callable[[], None]]:
        message = EmailMessage()
        message["From"], message["To"] = self.sender, letter.recipient
        message["Subject"] = letter.subject or ""
        message["Message-ID"] = f"<outbox-{letter.id}@{self.sender.partition('@')[2]}>"
        message.set_content(letter.body)
        try:
            server = smtplib.SMTP(self.host, self.port, timeout=self.seconds)
        except (OSError, smtplib.SMTPException) as error:
            raise Unreachable(type(error).__name__) from error
        try:
            self._introduce(server, letter)
            yield lambda: self._hand_over(server, message)
        finally:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()

    def _introduce(self, server: smtplib.SMTP, letter: Letter) -> None:
        try:
            server.ehlo()
            if self.start_tls:
                server.starttls()
                server.ehlo()
            if self.user:
                server.login(self.user, self.password or "")
            _accepted(server.mail(self.sender))
            _accepted(server.rcpt(letter.recipient))
        except (OSError, smtplib.SMTPException) as error:
            raise Unreachable(type(error).__name__) from error

    @staticmethod
    def _hand_over(server: smtplib.SMTP, message: EmailMessage) -> None:
        try:
            answer: tuple[int, bytes | str] = server.data(message.as_bytes())
        except smtplib.SMTPDataError as error:
            # refused before the content was sent
            answer = error.smtp_code, error.smtp_error
        _accepted(answer)


def _accepted(answer: tuple[int, bytes | str]) -> None:
    code, _said = answer
    if 500 <= code < 600:
        raise Refusal(f"SMTP {code}")
    if code >= 400:
        raise Unreachable(f"SMTP {code}")


class Gateway(Protocol):
    """What a provider of SMS or app messages must be able to do."""

    def submit(self, reference: str, recipient: str, text: str) -> None:
        """Send a text; `reference` lets the provider drop what it has seen already.

        Raises `Unreachable` when nothing was taken, `Refusal` when it never will be.
        """


@dataclass
class ThroughGateway:
    """SMS or app messages through a provider's gateway."""

    gateway: Gateway

    @contextmanager
    def ready(self, letter: Letter) -> Iterator[Callable[[], None]]:
        yield lambda: self.gateway.submit(f"outbox-{letter.id}", letter.recipient, letter.body)


@dataclass
class LocalGateway:
    """A way out that sends nothing: it shows what would be sent, a line of JSON each, with
    recipient and name masked, for the file lies open."""

    file: Path

    @contextmanager
    def ready(self, letter: Letter) -> Iterator[Callable[[], None]]:
        yield lambda: self._show(letter)

    def _show(self, letter: Letter) -> None:
        mask = mask_email if "@" in letter.recipient else mask_phone
        body = letter.body
        if letter.name:
            body = body.replace(letter.name, mask_name(letter.name))
        shown = {
            "reference": f"outbox-{letter.id}",
            "to": mask(letter.recipient),
            "text": body.replace(letter.recipient, mask(letter.recipient)),
        }
        with Path(self.file).open("a", encoding="utf-8") as sink:
            sink.write(json.dumps(shown, ensure_ascii=False) + "\n")

    def sent(self) -> list[dict[str, str]]:
        """What would have been sent so far."""
        path = Path(self.file)
        if not path.exists():
            return []
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
