"""scipy.special: losses of a difference."""

from xlogits.catalogue.record import Arg, Native
from xlogits.catalogue.scipy.activation import OPTIONS
from xlogits.losses import HuberPenalty, PseudoHuberPenalty

DELTA, R = Arg("x1", "delta"), Arg("x2", "pred")
SWAPPED = "delta comes first: huber(2, 0.7) is 0.245 and huber(0.7, 2) is 1.155."

NATIVES = (
    Native("scipy.special.huber", HuberPenalty(), (DELTA, R, *OPTIONS), traps=(SWAPPED,)),
    Native("scipy.special.pseudo_huber", PseudoHuberPenalty(), (DELTA, R, *OPTIONS)),
)
