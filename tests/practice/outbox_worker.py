"""A worker in a process of its own, killed where it is told to be.

Usage: outbox_worker.py SHOP KEYS PORT before|after|never NOW
"""

import os
import signal
import sys
from contextlib import contextmanager
from datetime import datetime

from crmkit.practice import FixedClock, Keyring, Shop
from crmkit.practice.delivery import Smtp
from crmkit.practice.outbox import Worker


class Deadly:
    """Real SMTP, with the power cut before or after the message is handed over."""

    def __init__(self, port: int, when: str):
        self.smtp, self.when = Smtp("127.0.0.1", port), when

    @contextmanager
    def ready(self, letter):
        with self.smtp.ready(letter) as hand_over:

            def cut():
                hand_over()
                if self.when == "after":
                    os.kill(os.getpid(), signal.SIGKILL)

            if self.when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            yield cut


where, keys, port, when, now = sys.argv[1:]
shop = Shop.open(
    where, "T1", keys=Keyring.load(keys), clock=FixedClock(datetime.fromisoformat(now))
)
print(Worker(shop, {"email": Deadly(int(port), when)}).run())
