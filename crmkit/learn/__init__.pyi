import crmkit.learn.checking as _checking

from .certificates import certificate as certificate
from .dialogues import dialogue as dialogue
from .fields import guess as guess
from .hints import hint as hint
from .journey import progress as progress
from .marks_so_far import marks as marks
from .quizzes import quiz as quiz
from .selftest import which_track as which_track
from .strip import way as way
from .tasks import Tasks as Tasks

check: _checking.Check
ask = _checking.check.ask
