"""A learner's function on the visible cases, as the lesson's check judges it."""

from crmkit.learn.checks.functions import Function


def judged(case, function, name="their_function"):
    options = {k: v for k, v in case.items() if k not in ("expected", "inputs", "mistakes")}
    expectation = Function(
        case["expected"], inputs=case["inputs"], mistakes=case["mistakes"], options=options
    )
    return expectation.judge(name, function)
