"""The survey desk: ask, once, and count what people answered."""

from datetime import date, timedelta

from sqlalchemy import select

from crmkit.i18n import gettext as _
from crmkit.practice import people, schema, values
from crmkit.practice.choices import AnyChannel, SurveyKind, Text, Words
from crmkit.practice.command import Desk, Tx, command, query
from crmkit.practice.errors import BadValue, Closed, NotFound, Refused
from crmkit.practice.records import Share, record

surveys, invites, answers = schema.survey, schema.survey_invite, schema.survey_answer
VALID_DAYS = 14
QUESTIONS = {
    "csat": ("csat_goods", "csat_service"),
    "nps": ("nps",),
    "both": ("csat_goods", "csat_service", "nps"),
}
SCALES = {"csat_goods": (1, 5), "csat_service": (1, 5), "nps": (0, 10)}


@record
class Invite:
    """An invitation; `code` lets one answer in, once, until `expires_on`."""

    id: int
    survey_id: int
    member_id: str
    code: str
    expires_on: date


@record
class Results:
    """What a survey says so far: shares of those who answered, null where nobody did."""

    survey_id: int
    invited: int
    answered: int
    csat_goods: Share | None
    csat_service: Share | None
    promoters: int
    passives: int
    detractors: int
    nps: float | None


class Surveys(Desk):
    name = "surveys"

    @command(roles="manager trainer")
    def make(self, tx: Tx, name: Text, kind: SurveyKind) -> int:
        """A new survey: csat (goods and service, 1 to 5), nps (0 to 10) or both; its number."""
        made = tx.insert(surveys, name=name, kind=kind)
        tx.note(f"survey:{made}")
        return made

    @command(roles="cashier sales manager trainer")
    def invite(
        self,
        tx: Tx,
        survey_id: int,
        member_id: str,
        channel: AnyChannel,
        *,
        sale_id: int | None = None,
        ticket_id: int | None = None,
    ) -> Invite:
        """Ask a member; their code is good for one answer within two weeks."""
        survey = tx.find(surveys, survey_id)
        if not survey.active:
            raise Closed(_("This survey is over."))
        member = people.live(tx, member_id)
        for kind, key in ((schema.sale, sale_id), (schema.ticket, ticket_id)):
            if key is not None:
                tx.find(kind, key)
        invite_id = tx.next_id(invites)
        code = tx.keys.sign(f"survey invite {invite_id}".encode())[:10]
        expires_at = tx.now + timedelta(days=VALID_DAYS)
        tx.insert(
            invites,
            id=invite_id,
            survey_id=survey.id,
            member_id=member.id,
            **tx.as_given("sale_id ticket_id channel"),
            code_token=tx.keys.token("survey_code", code),
            expires_at=expires_at,
        )
        tx.note(f"member:{member.id}", survey=survey.id)
        return Invite(invite_id, survey.id, member.id, code, tx.day_of(expires_at))

    @command(roles="cashier sales manager trainer")
    def answer(
        self,
        tx: Tx,
        code: Text,
        *,
        csat_goods: int | None = None,
        csat_service: int | None = None,
        nps: int | None = None,
        comment: Words = None,
    ) -> None:
        """Enter the answer that belongs to a code: every question the survey asks, once."""
        tokens = tx.keys.tokens("survey_code", code)
        invite = tx.one(select(invites).where(invites.c.code_token.in_(tokens)))
        if invite is None:
            raise NotFound(_("There is no invitation with this code."))
        if tx.now >= invite.expires_at:
            raise Closed(_("The invitation has expired."))
        if tx.one(select(answers.c.id).where(answers.c.invite_id == invite.id)):
            raise Refused(_("This invitation has been answered. One answer counts."))
        given = tx.as_given("csat_goods csat_service nps")
        asked = QUESTIONS[tx.find(surveys, invite.survey_id).kind]
        for name, value in given.items():
            _check_answer(name, value, name in asked)
        tx.insert(answers, invite_id=invite.id, comment=comment, **given)
        tx.note(f"member:{invite.member_id}", survey=invite.survey_id)

    @query(roles="cashier sales manager trainer")
    def running(self, tx: Tx) -> dict[int, str]:
        """The surveys one may invite members to: number and name."""
        on_now = select(surveys.c.id, surveys.c.name).where(surveys.c.active)
        return tx.by_key(on_now.order_by(surveys.c.id))

    @command(roles="manager trainer")
    def end(self, tx: Tx, survey_id: int) -> None:
        """Invite nobody any more; invitations already out may still be answered."""
        tx.update(surveys, tx.id_of(surveys, survey_id), active=False)
        tx.note(f"survey:{survey_id}")

    @query(roles="sales manager trainer")
    def results(self, tx: Tx, survey_id: int) -> Results:
        """CSAT as the share of 4 and 5, NPS as % 9–10 minus % 0–6, with how many answered."""
        survey = tx.find(surveys, survey_id)
        invited = tx.all(select(invites.c.id).where(invites.c.survey_id == survey.id))
        given = tx.all(
            select(answers)
            .join(invites, invites.c.id == answers.c.invite_id)
            .where(invites.c.survey_id == survey.id)
        )
        scores = [row.nps for row in given if row.nps is not None]
        promoters = sum(score >= 9 for score in scores)
        detractors = sum(score <= 6 for score in scores)
        return Results(
            survey.id,
            len(invited),
            len(given),
            _satisfied([row.csat_goods for row in given]),
            _satisfied([row.csat_service for row in given]),
            promoters,
            len(scores) - promoters - detractors,
            detractors,
            100 * (promoters - detractors) / len(scores) if scores else None,
        )


def _satisfied(scores: list[int | None]) -> float | None:
    given = [score for score in scores if score is not None]
    return sum(score >= 4 for score in given) / len(given) if given else None


def _check_answer(name: str, value: int | None, asked: bool) -> None:
    least, most = SCALES[name]
    if not asked and value is not None:
        raise BadValue(_("This survey does not ask for {field}."), field=name)
    if asked:
        values.quantity(value, name, least=least, most=most)
