"""After the sale and before the next: tickets, follow-up visits, opportunities."""

import numpy as np
import pandas as pd

from crmkit.codes import (
    FOLLOWUP_KINDS,
    FOLLOWUP_OUTCOMES,
    LOST_REASONS,
    OPPORTUNITY_STAGES,
    TICKET_CHANNELS,
    TICKET_KINDS,
)
from make.days import DAY0, DAYS
from make.draws import draws, pick, pick_rows

END_MINUTE = (DAY0 + DAYS) * 1440
WIN_RATES = {"tried": 0.55, "not_tried": 0.24}


def make_tickets(seed, block, visits, lines, returns, people, staff) -> pd.DataFrame:
    """Service tickets: from faulty goods brought back, and from everyday questions."""
    rng = draws(seed, "tickets", block)
    member = visits["member"].to_numpy()
    back_order = lines["order"].to_numpy()[returns["line"]]
    quality = (returns["reason"].to_numpy() <= 2) & (member[back_order] >= 0)
    rows = np.flatnonzero(quality & (rng.random(len(returns)) < 0.35))
    kind_q = np.where(rng.random(len(rows)) < 0.7, 0, 3)
    other = np.flatnonzero((member >= 0) & (rng.random(len(visits)) < 0.011))
    kind_o = pick(rng, np.array([0.16, 0.30, 0.20, 0.02, 0.12, 0.14, 0.06]), len(other))
    # a quarter of those whom service let down say so
    angry = np.flatnonzero((visits["parting"].to_numpy() == 2) & (rng.random(len(visits)) < 0.25))
    other, kind_o = np.r_[other, angry], np.r_[kind_o, np.zeros(len(angry), dtype=int)]
    order = np.concatenate([back_order[rows], other])
    at = np.concatenate(
        [
            returns["day"].to_numpy()[rows] * 1440 + returns["minute"].to_numpy()[rows],
            (visits["day"].to_numpy()[other] + rng.integers(0, 8, len(other))) * 1440
            + rng.integers(540, 1260, len(other)),
        ]
    )
    line_of_order = np.full(len(visits), -1)
    line_of_order[lines["order"].to_numpy()] = np.arange(len(lines))
    line = np.concatenate([returns["line"].to_numpy()[rows], line_of_order[other]])
    kind = np.concatenate([kind_q, kind_o])
    about_goods = np.isin(kind, [0, 2, 3]) & (line >= 0)
    frame = pd.DataFrame(
        {
            "order": order,
            "member": member[order],
            "store": visits["store"].to_numpy()[order],
            "kind": np.array(TICKET_KINDS)[kind],
            "at": at,
            "product": np.where(about_goods, lines["product"].to_numpy()[line], -1),
        }
    )
    frame = frame[frame["at"] < END_MINUTE].sort_values(["at", "order"], kind="stable")
    n = len(frame)
    table = np.array([[5, 3, 0.5, 1, 1], [1, 1, 4, 1, 0.5], [1, 1, 0.5, 5, 0.5]])
    frame["channel"] = np.array(TICKET_CHANNELS[:5])[
        pick_rows(rng, table, visits["channel"].to_numpy()[frame["order"]])
    ]
    slow = {"store": 8, "phone": 25, "web": 180, "mini_program": 120, "social": 420}
    response = rng.gamma(1.3, frame["channel"].map(slow).to_numpy() / 1.3).astype(int) + 1
    hours = {"complaint": 40, "enquiry": 3, "return_exchange": 26, "repair": 120,
             "delivery": 48, "points_account": 10, "suggestion": 60}  # fmt: skip
    solving = (rng.gamma(1.2, frame["kind"].map(hours).to_numpy() * 50)).astype(int) + 10
    first = frame["at"].to_numpy() + response
    closed = first + solving
    frame["first"] = np.where(first < END_MINUTE, first, -1)
    frame["closed"] = np.where(closed < END_MINUTE, closed, -1)
    frame["status"] = np.where(
        frame["closed"] > 0,
        np.where(rng.random(n) < 0.85, "closed", "resolved"),
        np.where(frame["first"] > 0, "in_progress", "open"),
    )
    # the longer it takes, the less people like it
    mood = 4.7 - 0.28 * np.log1p(response / 10) - 0.22 * np.log1p(solving / 600)
    rated = np.clip(np.round(mood + rng.normal(0, 0.8, n)), 1, 5)
    answered = (frame["closed"] > 0).to_numpy() & (rng.random(n) < 0.62)
    frame["satisfaction"] = np.where(answered, rated, np.nan)
    frame["staff"] = _someone(rng, staff, frame["store"].to_numpy())
    frame["which"] = rng.integers(0, 10**6, n)
    return frame.reset_index(drop=True)


def _someone(rng, staff, store, roles=("sales", "manager")) -> np.ndarray:
    out = np.full(len(store), -1)
    for place in np.unique(store):
        people = staff[(staff["store"] == place) & staff["role"].isin(roles)].index.to_numpy()
        rows = np.flatnonzero(store == place)
        out[rows] = people[rng.integers(0, len(people), len(rows))]
    return out


def make_followups(seed, block, visits, lines, products, people, staff) -> pd.DataFrame:
    """Follow-up calls planned in the last year: three kinds, with outcome and next step."""
    rng = draws(seed, "followups", block)
    member = visits["member"].to_numpy()
    recent = visits["day"].to_numpy() >= DAY0 + DAYS - 365
    worth = np.bincount(lines["order"], weights=lines["amount"], minlength=len(visits)) > 15000
    rows = np.flatnonzero((member >= 0) & recent & worth & (rng.random(len(visits)) < 0.33))
    # at most one call a member a month
    month = (visits["day"].to_numpy()[rows] - DAY0) // 30
    rows = rows[np.unique(member[rows] * 1000 + month, return_index=True)[1]]
    n = len(rows)
    kind = pick(rng, np.array([0.5, 0.25, 0.25]), n)
    due = visits["day"].to_numpy()[rows] + rng.integers(3, 15, n)
    late = np.where(rng.random(n) < 0.75, rng.integers(0, 2, n), rng.integers(2, 9, n))
    done = np.where(rng.random(n) < 0.86, due + late, -1)
    done = np.where(done < DAY0 + DAYS, done, -1)
    table = np.array([[0.52, 0.13, 0.05, 0.24, 0.06], [0.33, 0.02, 0.17, 0.32, 0.16],
                      [0.25, 0.03, 0.24, 0.31, 0.17]])  # fmt: skip
    outcome = pick_rows(rng, table, kind)
    step = np.array(["none", "open_ticket", "none", "call_again", "none"], dtype=object)[outcome]
    step = np.where((outcome == 0) & (rng.random(n) < 0.4), "invite", step)
    step = np.where((outcome == 4) & (rng.random(n) < 0.3), "send_offer", step)
    dear = lines.sort_values(["order", "amount"]).drop_duplicates("order", keep="last")
    dearest = pd.Series(dear["product"].to_numpy(), index=dear["order"].to_numpy())
    return (
        pd.DataFrame(
            {
                "member": member[rows],
                "store": visits["store"].to_numpy()[rows],
                "staff": _someone(rng, staff, visits["store"].to_numpy()[rows], ("sales",)),
                "order": rows,
                "product": dearest.reindex(rows).to_numpy(),
                "kind": np.array(FOLLOWUP_KINDS)[kind],
                "due": due,
                "done": done,
                "outcome": np.where(done >= 0, np.array(FOLLOWUP_OUTCOMES)[outcome], None),
                "next_step": np.where(done >= 0, step, None),
            }
        )
        .sort_values(["due", "member"], kind="stable")
        .query("due < @DAY0 + @DAYS + 14")
        .reset_index(drop=True)
    )


def make_opportunities(seed, block, people, last_day, products, staff):
    """Sales in the making of the last eighteen months and each stage they passed.

    Returns the opportunities and their history. Those who tried the goods buy far more often.
    """
    rng = draws(seed, "opportunities", block)
    n = 1400
    start = DAY0 + DAYS - 548
    able = np.flatnonzero((people["joined"] < DAY0 + DAYS - 30) & (last_day > start))
    member = rng.choice(able, n)
    opened = np.maximum(start, people["joined"].to_numpy()[member]) + 1
    opened = opened + (rng.random(n) * (DAY0 + DAYS - 5 - opened)).astype(int)
    dear = np.flatnonzero(products["list_price"].to_numpy() >= 7900)
    product = rng.choice(dear, n)
    late = products["launched"].to_numpy()[product] > opened
    product[late] = dear[0]
    tried = rng.random(n) < 0.45
    quoted = rng.random(n) < 0.7
    won = rng.random(n) < np.where(tried, WIN_RATES["tried"], WIN_RATES["not_tried"])
    value = products["list_price"].to_numpy()[product] * rng.integers(1, 6, n)
    steps = rng.integers(1, 12, (n, 5))
    rows, final, when_closed = [], [], []
    for i in range(n):
        path = ["interested", "contacted"] + ["tried"] * int(tried[i]) + ["quoted"] * int(quoted[i])
        path.append("won" if won[i] else "lost")
        day, reached = int(opened[i]), None
        for k, stage in enumerate(path):
            day += 0 if k == 0 else int(steps[i, k - 1])
            if day >= DAY0 + DAYS:
                break
            rows.append((i, stage, day))
            reached = stage
        final.append(reached)
        when_closed.append(rows[-1][2] if reached in ("won", "lost") else -1)
    frame = pd.DataFrame(
        {
            "member": member,
            "store": people["home"].to_numpy()[member],
            "product": product,
            "value": value,
            "opened": opened,
            "stage": final,
            "closed": when_closed,
        }
    )
    frame["staff"] = _someone(rng, staff, frame["store"].to_numpy(), ("sales",))
    reason = np.array(LOST_REASONS)[pick(rng, np.array([0.34, 0.12, 0.16, 0.22, 0.16]), n)]
    frame["lost_reason"] = np.where(frame["stage"] == "lost", reason, None)
    still = ~frame["stage"].isin(["won", "lost"])
    frame["next_day"] = np.where(still, DAY0 + DAYS + rng.integers(-6, 12, n), -1)
    history = pd.DataFrame(rows, columns=["opportunity", "stage", "day"])
    order = np.lexsort((np.arange(n), frame["opened"].to_numpy()))
    place = np.empty(n, dtype=int)
    place[order] = np.arange(n)
    history["opportunity"] = place[history["opportunity"]]
    history["minute"] = rng.integers(9 * 60, 20 * 60, len(history))
    history = history.sort_values(["opportunity", "day"], kind="stable").reset_index(drop=True)
    # two stages on one day keep their order
    stage = history["stage"].map({s: i for i, s in enumerate(OPPORTUNITY_STAGES)})
    assert (stage.groupby(history["opportunity"]).diff().dropna() > 0).all()
    return frame.iloc[order].reset_index(drop=True), history
