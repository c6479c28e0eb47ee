import crmkit.learn.checks as _checks

from .certificates import certificate as certificate
from .dialogues import dialogue as dialogue
from .fields import guess as guess
from .hints import hint as hint
from .journey import progress as progress
from .journey import way as way
from .marking import marks as marks
from .quizzes import quiz as quiz
from .selftest import which_track as which_track
from .tasks import Tasks as Tasks

check: _checks.Check
ask = _checks.check.ask
