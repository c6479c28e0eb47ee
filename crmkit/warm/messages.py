"""What a warm process and its owner say to each other: JSON with its length before it."""

import json
import socket
from typing import Any

_HEAD = 4
_MOST_FILES = 3


def send(to: socket.socket, message: dict[str, Any], files: tuple[int, ...] = ()) -> None:
    """Send a message, with open files (their descriptors) beside it."""
    body = json.dumps(message).encode()
    head = len(body).to_bytes(_HEAD, "big")
    if files:
        socket.send_fds(to, [head], list(files))
    else:
        to.sendall(head)
    to.sendall(body)


def receive(of: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """The next message and its files; None when the other side is gone."""
    try:
        head, files, _flags, _address = socket.recv_fds(of, _HEAD, _MOST_FILES)
        head += _exactly(of, _HEAD - len(head)) if head else b""
        body = _exactly(of, int.from_bytes(head, "big")) if head else b""
    except OSError:
        return None
    return (json.loads(body), list(files)) if body else None


def _exactly(of: socket.socket, size: int) -> bytes:
    parts = []
    while size:
        part = of.recv(size)
        if not part:
            raise ConnectionResetError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
