"""The outbox, with a real mail server and real workers."""

import socket
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from crmkit.practice import Shop, schema
from crmkit.practice.delivery import LocalGateway, Refusal, Smtp, ThroughGateway, Unreachable
from crmkit.practice.engine import reading
from crmkit.practice.errors import NotAllowed, Refused
from crmkit.practice.outbox import Worker

SCRIPT = Path(__file__).with_name("outbox_worker.py")


class Mailbox:
    """Takes mail; refuses as told."""

    def __init__(self):
        self.letters, self.answer, self.lock = [], "250 OK", threading.Lock()

    async def handle_DATA(self, server, session, envelope):
        if self.answer.startswith("250"):
            with self.lock:
                self.letters.append(envelope)
        return self.answer


@pytest.fixture
def mailbox():
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        box.port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    box.smtp = Smtp("127.0.0.1", box.port)
    yield box
    controller.stop()


@pytest.fixture
def shop(any_shop):
    for n in range(1, 4):
        any_shop.members.register(
            f"Ann {n}", f"1400000000{n}", email=f"ann{n}@example.com", consents=["email", "sms"]
        )
    any_shop.marketing.make_segment("all", "All", {"home_store_id": ["S1"]})
    return any_shop


def campaign(shop, channel="email", control_percent=0):
    template = shop.marketing.make_template(
        "Spring", channel, "en", "Dear {name}, {points} points wait.", subject="Spring is here"
    )
    made = shop.marketing.make_campaign("Spring", "all", template, control_percent=control_percent)
    shop.marketing.freeze(made.id)
    return shop.marketing.send(made.id)


def statuses(shop):
    return sorted(one.status for one in shop.marketing.list_outbox().rows)


def test_a_campaign_arrives_once_with_the_members_own_words(shop, mailbox):
    assert campaign(shop).queued == 3
    worker = Worker(shop, {"email": mailbox.smtp})
    assert worker.run() == {"sent": 3}
    assert worker.run() == {}
    assert sorted(one.rcpt_tos[0] for one in mailbox.letters) == [
        f"ann{n}@example.com" for n in (1, 2, 3)
    ]
    text = mailbox.letters[0].content.decode()
    assert "Dear Ann 1, 0 points wait." in text
    assert "Subject: Spring is here" in text
    assert "tell us at any store" in text


def test_who_withdraws_gets_nothing_more_even_what_is_queued(shop, mailbox):
    campaign(shop)
    shop.members.consent("M000002", "marketing", "email", False, "phone")
    assert statuses(shop) == ["cancelled", "queued", "queued"]
    Worker(shop, {"email": mailbox.smtp}).run()
    assert "ann2@example.com" not in [one.rcpt_tos[0] for one in mailbox.letters]


def test_consent_is_asked_again_when_sending(shop, mailbox):
    campaign(shop)
    # a merge moves the withdrawal of the other record to this one after queueing
    shop.members.register("Ann 2", "14000000009", consents=[])
    shop.members.consent("M000004", "marketing", "email", True, "form")
    shop.members.consent("M000004", "marketing", "email", False, "form")
    shop.members.merge("M000002", "M000004", "the same person")
    assert Worker(shop, {"email": mailbox.smtp}).run() == {"sent": 2, "cancelled": 1}


def test_nobody_without_consent_is_written_to(shop, mailbox):
    shop.members.register("Bo", "14000000007", email="bo@example.com")
    shop.marketing.refresh_segment("all")
    assert campaign(shop).queued == 3


def test_quiet_hours_hold_offers_back_across_midnight(shop, mailbox, clock):
    campaign(shop)
    worker = Worker(shop, {"email": mailbox.smtp})
    clock.advance(hours=10)  # 22:00
    assert worker.run() == {"put_off": 3}
    clock.advance(hours=8)  # 06:00 the next day
    assert worker.run() == {}
    clock.advance(hours=3)  # 09:00
    assert worker.run() == {"sent": 3}


def test_a_server_that_is_down_is_tried_again_later_and_not_for_ever(shop, clock):
    campaign(shop)
    worker = Worker(shop, {"email": Smtp("127.0.0.1", 1)})
    assert worker.run() == {"put_off": 3}
    assert worker.run() == {}
    for _attempt in range(4):
        clock.advance(minutes=30)
        worker.run()
    assert statuses(shop) == ["failed"] * 3


@pytest.mark.parametrize(
    ("answer", "became"), [("550 no such user", "failed"), ("451 later", "put_off")]
)
def test_what_the_server_answers_decides(shop, mailbox, answer, became):
    campaign(shop)
    mailbox.answer = answer
    assert Worker(shop, {"email": mailbox.smtp}).run() == {became: 3}
    assert mailbox.letters == []


def run_worker(shop, keys, tmp_path, port, when, clock):
    keys.save(tmp_path / "keys.json")
    return subprocess.run(
        [sys.executable, SCRIPT, shop.where, tmp_path / "keys.json", str(port), when]
        + [clock.now().isoformat()],
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_killed_before_handing_over_it_is_sent_once_by_the_next(
    shop, mailbox, keys, tmp_path, clock
):
    campaign(shop)
    assert run_worker(shop, keys, tmp_path, mailbox.port, "before", clock).returncode == -9
    assert mailbox.letters == []
    worker = Worker(shop, {"email": mailbox.smtp})
    assert worker.run() == {"sent": 2}  # the third is still leased
    clock.advance(minutes=5)
    worker.run()
    clock.advance(minutes=1)
    worker.run()
    assert statuses(shop) == ["sent"] * 3
    assert len(mailbox.letters) == 3


def test_killed_after_handing_over_it_is_in_doubt_and_never_blindly_sent_again(
    shop, mailbox, keys, tmp_path, clock
):
    campaign(shop)
    assert run_worker(shop, keys, tmp_path, mailbox.port, "after", clock).returncode == -9
    assert len(mailbox.letters) == 1
    clock.advance(hours=1)
    Worker(shop, {"email": mailbox.smtp}).run()
    assert statuses(shop) == ["sent", "sent", "unknown"]
    assert len(mailbox.letters) == 3
    doubtful = next(one for one in shop.marketing.list_outbox(where={"status": "unknown"}).rows)
    shop.marketing.settle_unknown(doubtful.id, arrived=True)
    clock.advance(hours=1)
    assert Worker(shop, {"email": mailbox.smtp}).run() == {}


def test_two_workers_send_nothing_twice(shop, mailbox, keys, tmp_path, clock):
    for n in range(30):
        shop.members.register(
            f"Bo {n}", f"140000010{n:02d}", email=f"bo{n}@example.com", consents=["email"]
        )
    shop.marketing.refresh_segment("all")
    campaign(shop)
    keys.save(tmp_path / "keys.json")
    command = [sys.executable, SCRIPT, shop.where, tmp_path / "keys.json", str(mailbox.port)]
    both = [
        subprocess.Popen([*command, "never", clock.now().isoformat()], stdout=subprocess.PIPE)
        for _n in range(2)
    ]
    for one in both:
        assert one.wait(120) == 0
        one.stdout.close()
    addresses = [one.rcpt_tos[0] for one in mailbox.letters]
    assert len(addresses) == len(set(addresses)) == 33
    assert statuses(shop) == ["sent"] * 33


def test_an_answer_that_gets_lost_leaves_the_message_in_doubt(shop):
    class Lost:
        def submit(self, reference, recipient, text):
            raise ConnectionResetError

    campaign(shop, "sms")
    assert Worker(shop, {"sms": ThroughGateway(Lost())}).run() == {"unknown": 3}


@pytest.mark.parametrize(("problem", "became"), [(Unreachable, "put_off"), (Refusal, "failed")])
def test_a_gateway_says_whether_to_try_again(shop, problem, became):
    class Moody:
        def submit(self, reference, recipient, text):
            raise problem("no")

    campaign(shop, "sms")
    assert Worker(shop, {"sms": ThroughGateway(Moody())}).run() == {became: 3}


def test_the_local_gateway_shows_what_would_be_sent(shop, tmp_path):
    campaign(shop, "sms")
    gateway = LocalGateway(tmp_path / "sms.jsonl")
    assert Worker(shop, {"sms": gateway}).run() == {"sent": 3}
    first = gateway.sent()[0]
    assert first["to"] == "140****0001"
    assert first["text"] == "Dear A** 1**, 0 points wait.\nReply STOP to opt out."


def test_no_address_and_no_words_stand_readable_in_the_database(shop, mailbox):
    campaign(shop)
    with reading(shop.engine) as connection:
        row = connection.execute(select(schema.outbox)).first()
    assert "example.com" not in str(row._mapping)
    assert "Dear" not in str(row._mapping)


def test_a_lease_that_ran_out_belongs_to_the_next_worker(shop, mailbox, clock):
    campaign(shop)

    class Slow(Smtp):
        def ready(self, letter):
            clock.advance(minutes=6)
            quick.run()
            return super().ready(letter)

    quick = Worker(shop, {"sms": mailbox.smtp}, name="quick")
    slow = Worker(shop, {"email": Slow("127.0.0.1", mailbox.port)}, lease=timedelta(minutes=5))
    assert slow.run(limit=1) == {"unknown": 1}
    assert mailbox.letters == []


def test_an_answer_to_a_ticket_arrives_by_mail_even_without_consent_to_offers(shop, mailbox, clock):
    shop.members.register("Bo", "14000000007", email="bo@example.com")
    ticket = shop.service.open_ticket(
        "email", "enquiry", "Sizes", "Is M wide?", member_id="M000004"
    )
    clock.advance(hours=10)  # 22:00, quiet only for offers
    shop.service.reply(ticket.id, "Quite wide")
    assert Worker(shop, {"email": mailbox.smtp}).run() == {"sent": 1}
    (letter,) = mailbox.letters
    assert letter.rcpt_tos == ["bo@example.com"]
    assert "Subject: Sizes" in letter.content.decode()
    assert "Quite wide" in letter.content.decode()


def test_a_practice_shop_shows_what_it_would_send(tmp_path):
    scene = Shop.practice("corner", folder=tmp_path)
    member = scene.members.register("何小雨", "14012345678", consents=["sms"])
    template = scene.marketing.make_template("生日", "sms", "zh", "{name}，生日快乐！")
    scene.marketing.send_one(template, member.id)
    assert scene.deliver() == {"sent": 1}
    (shown,) = LocalGateway(tmp_path / "messages.jsonl").sent()
    assert (shown["to"], shown["text"]) == ("140****5678", "何**，生日快乐！\n回T退订")
    with pytest.raises(NotAllowed):
        scene.as_staff("C1").deliver()
    scene.close()


def test_a_served_shop_is_told_to_name_its_ways_out(shop, mailbox):
    campaign(shop)
    with pytest.raises(Refused, match="Smtp"):
        shop.deliver()
    assert shop.deliver({"email": mailbox.smtp}) == {"sent": 3}
