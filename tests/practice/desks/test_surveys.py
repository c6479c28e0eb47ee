"""The survey desk."""

import pytest

from crmkit.practice.errors import BadValue, Closed, NotFound, Refused


@pytest.fixture
def shop(any_shop):
    for n in range(1, 5):
        any_shop.members.register(f"Ann {n}", f"1400000000{n}")
    return any_shop


def invite(shop, survey, member=1):
    return shop.surveys.invite(survey, f"M00000{member}", "sms").code


def test_one_invitation_one_answer(shop):
    code = invite(shop, shop.surveys.make("June", "nps"))
    shop.surveys.answer(code, nps=9)
    with pytest.raises(Refused, match="One answer counts"):
        shop.surveys.answer(code, nps=0)
    assert shop.surveys.results(1).nps == 100


def test_satisfied_are_four_and_five_promoters_nine_and_ten(shop):
    survey = shop.surveys.make("June", "both")
    for member, (goods, service, nps) in enumerate(
        [(5, 4, 10), (4, 3, 9), (3, 2, 7), (1, 5, 6)], start=1
    ):
        code = invite(shop, survey, member)
        shop.surveys.answer(code, csat_goods=goods, csat_service=service, nps=nps)
    said = shop.surveys.results(survey)
    assert (said.invited, said.answered) == (4, 4)
    assert (said.csat_goods, said.csat_service) == (0.5, 0.5)
    assert (said.promoters, said.passives, said.detractors, said.nps) == (2, 1, 1, 25)


def test_a_survey_nobody_answered_has_no_score(shop):
    survey = shop.surveys.make("June", "both")
    invite(shop, survey)
    said = shop.surveys.results(survey)
    assert (said.answered, said.csat_goods, said.nps) == (0, None, None)


def test_an_invitation_expires(shop, clock):
    code = invite(shop, shop.surveys.make("June", "nps"))
    clock.advance(days=14)
    with pytest.raises(Closed, match="expired"):
        shop.surveys.answer(code, nps=9)


def test_codes_cannot_be_guessed_from_one_another(shop):
    survey = shop.surveys.make("June", "nps")
    codes = [invite(shop, survey) for _n in range(5)]
    assert len(set(codes)) == 5
    with pytest.raises(NotFound):
        shop.surveys.answer("0000000000", nps=9)


@pytest.mark.parametrize(
    "wrong",
    [{}, {"nps": 11}, {"nps": -1}, {"nps": 9.5}, {"nps": "9"}, {"nps": True}]
    + [{"nps": 9, "csat_goods": 5}],
)
def test_what_cannot_be_an_answer_is_refused_and_may_be_given_again(shop, wrong):
    code = invite(shop, shop.surveys.make("June", "nps"))
    with pytest.raises(BadValue):
        shop.surveys.answer(code, **wrong)
    shop.surveys.answer(code, nps=9)


def test_a_survey_that_is_over_invites_nobody(shop):
    survey = shop.surveys.make("June", "nps")
    code = invite(shop, survey)
    shop.surveys.end(survey)
    with pytest.raises(Closed):
        invite(shop, survey)
    shop.surveys.answer(code, nps=9)
