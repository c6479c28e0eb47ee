"""Checks of models: how well they do on data they have not seen."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crmkit.i18n import gettext as _
from crmkit.learn.checks.expectation import Expectation, Untouched, short, type_name
from crmkit.learn.checks.functions import silence, where_it_stopped
from crmkit.learn.checks.outcome import Fault

# name → (a function of the truth and the predictions, whether larger is better)
_SCORES = {
    "accuracy": ("accuracy_score", True),
    "balanced_accuracy": ("balanced_accuracy_score", True),
    "r2": ("r2_score", True),
    "mean_absolute_error": ("mean_absolute_error", False),
}


@dataclass(frozen=True)
class Model(Expectation):
    """A fitted model (anything with `predict`), judged on held-out data; `expected` is the truth.

    given:    what to predict from
    score:    "accuracy", "balanced_accuracy", "r2", "mean_absolute_error", or a function of
              (truth, predictions) for which more is better
    at_least: the score it has to reach (for an error: at most)

    >>> class Always:
    ...     def predict(self, rows):
    ...         return [1 for _ in rows]
    >>> Model([1, 1, 1, 0], given=[[0], [1], [2], [3]], at_least=0.9).judge("model", Always()).reason
    'too_weak'
    """

    given: Any = None
    score: str | Callable[[Any, Any], float] = "accuracy"
    at_least: float = 0.0

    def fault(self, value: Any) -> Fault | None:
        import numpy as np

        predict = getattr(value, "predict", None)
        if predict is None or isinstance(value, type):
            return Fault(
                "type",
                _("A fitted model is expected here, but this is {kind}.").format(
                    kind=type_name(value)
                ),
            )
        try:
            with silence():
                predictions = predict(self.given)
        except NotImplementedError:
            raise Untouched from None
        except Exception as error:
            if type(error).__name__ == "NotFittedError":
                return Fault(
                    "not_fitted", _("The model has not learned yet: call .fit(...) first.")
                )
            return Fault(
                "raises",
                _("The model stops with {kind}: {message}.").format(
                    kind=type(error).__name__, message=short(str(error), 120)
                )
                + where_it_stopped(error, predict),
            )
        if predictions is ...:
            raise Untouched
        try:
            guesses = np.array([p.item() if hasattr(p, "item") else p for p in list(predictions)])
        except TypeError:
            return Fault("type", _("The model should give one prediction per row."))
        truth = np.asarray(list(self.expected))
        if guesses.shape != truth.shape:
            return Fault(
                "rows",
                _("The model gives {rows} predictions for {right} rows.").format(
                    rows=guesses.shape[0] if guesses.ndim else 0, right=len(truth)
                ),
            )
        if guesses.dtype == object or (guesses.dtype.kind in "US") != (truth.dtype.kind in "US"):
            return Fault("dtype", _("The predictions are of another type than the truth."))
        if guesses.dtype.kind == "f" and np.isnan(guesses).any():
            return Fault("nan", _("Some predictions are empty (NaN)."))
        reached, enough = self._score(truth, guesses)
        if enough:
            return None
        return Fault(
            "too_weak",
            _("On data it has not seen the model scores {reached}; {needed} is asked for.").format(
                reached=short(round(reached, 3)), needed=short(float(self.at_least))
            ),
        )

    def _score(self, truth: Any, guesses: Any) -> tuple[float, bool]:
        if callable(self.score):
            reached = float(self.score(truth, guesses))
            return reached, reached >= self.at_least
        from sklearn import metrics

        function, larger_is_better = _SCORES[self.score]
        reached = float(getattr(metrics, function)(truth, guesses))
        return reached, reached >= self.at_least if larger_is_better else reached <= self.at_least
