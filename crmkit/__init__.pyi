from . import campaign as campaign
from . import clean as clean
from . import customers as customers
from . import data as data
from . import kpi as kpi
from . import learn as learn
from . import plot as plot
from . import practice as practice
from . import profile as profile
from . import recommend as recommend
from . import segment as segment
from . import stock as stock
from . import tables as tables
from .data import load as load
from .errors import CrmkitError as CrmkitError
from .i18n import get_language as get_language
from .i18n import set_language as set_language
from .i18n import use_language as use_language
from .labels import show as show
from .tables import TableError as TableError

__version__: str
