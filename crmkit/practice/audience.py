"""Who is in a segment: rules turned into members, and members merged since counted once."""

from datetime import timedelta

from sqlalchemy import delete, insert, or_, select

from crmkit.practice import rung, schema
from crmkit.practice.clock import day_bounds
from crmkit.practice.command import Tx
from crmkit.practice.domain import segment_rule


def ids_in(tx: Tx, segment_id: str) -> list[str]:
    """The live members of a segment; whoever was merged since counts as the record kept."""
    ms, m = schema.member_segment, schema.member
    survivor = m.alias("survivor")
    people = ms.join(m, m.c.id == ms.c.member_id).join(survivor, survivor.c.id == m.c.survivor_id)
    return tx.column(
        select(m.c.survivor_id)
        .select_from(people)
        .where(ms.c.segment_id == segment_id, survivor.c.status == "live")
        .distinct()
        .order_by(m.c.survivor_id)
    )


def arms(tx: Tx, campaign_id: int) -> dict[str, str]:
    """Each living person of a campaign with their arm. Who was drawn twice, under records merged
    since, stays in the arm of the record that was kept, else of the first one drawn."""
    t, m = schema.campaign_target, schema.member
    kept = m.alias("kept")
    rows = tx.all(
        select(kept.c.id, t.c.arm)
        .select_from(t.join(m, m.c.id == t.c.member_id).join(kept, kept.c.id == m.c.survivor_id))
        .where(t.c.campaign_id == campaign_id)
        .order_by(kept.c.id, m.c.id != kept.c.id, m.c.id)
    )
    found: dict[str, str] = {}
    for person, arm in rows:
        found.setdefault(person, arm)
    return found


def pick(tx: Tx, segment_id: str, rule: dict) -> None:
    """Fill the segment with those the rule picks today."""
    ms = schema.member_segment
    tx.execute(delete(ms).where(ms.c.segment_id == segment_id))
    picked = picked_by(tx, rule)
    if picked:
        tx.execute(
            insert(ms),
            [{"segment_id": segment_id, "member_id": one, "since": tx.now} for one in picked],
        )


def picked_by(tx: Tx, rule: dict) -> list[str]:
    """The live members a rule picks, in order of their numbers."""
    m, bought = schema.member, rung.spent()
    wanted = [m.c.status == "live"]
    for name in segment_rule.LISTS:
        if name in rule:
            wanted.append(m.c["id" if name == "member_id" else name].in_(rule[name]))
    if "bought_within_days" in rule:
        wanted.append(bought.c.last_at >= _days_ago(tx, rule["bought_within_days"]))
    if "not_bought_for_days" in rule:
        since = _days_ago(tx, rule["not_bought_for_days"])
        wanted.append(or_(bought.c.last_at.is_(None), bought.c.last_at < since))
    if "spent_at_least" in rule:
        wanted.append(bought.c.spent >= rule["spent_at_least"])
    if "birthday_month" in rule:
        days = [f"{rule['birthday_month']:02d}-{day:02d}" for day in range(1, 32)]
        wanted.append(
            m.c.birthday_token.in_([t for day in days for t in tx.keys.tokens("birthday", day)])
        )
    everybody = select(m.c.id).select_from(m.outerjoin(bought, bought.c.member_id == m.c.id))
    return tx.column(everybody.where(*wanted).order_by(m.c.id))


def _days_ago(tx: Tx, days: int):
    start, _end = day_bounds(tx.today - timedelta(days=days), tx.timezone)
    return start
