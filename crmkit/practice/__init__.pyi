from .clock import FixedClock as FixedClock
from .clock import SystemClock as SystemClock
from .keys import Keyring as Keyring
from .shop import Shop as Shop
