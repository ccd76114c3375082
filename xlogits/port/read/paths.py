"""Which record a dotted path means, in a file of TensorFlow 1 or 2."""

from xlogits.catalogue import NATIVES, Native, by_name
from xlogits.catalogue import find as recorded
from xlogits.catalogue.absent import ABSENT, NoEquivalent
from xlogits.frameworks import FRAMEWORKS

Known = Native | NoEquivalent
KNOWN: tuple[Known, ...] = (*NATIVES.values(), *ABSENT.values())

# other places where the same functions live: what a path begins with, and the public path
SAME = [
    place
    for f in FRAMEWORKS.values()
    for place in (*((f"{module}.", f"{f.id}.") for module in f.modules[1:]), *f.places)
]


def roots(framework: str) -> set[str]:
    """What is imported where a file uses functions of a framework."""
    places = (old for old, new in SAME if new.partition(".")[0] == framework)
    return {framework, *(place.partition(".")[0] for place in places)}


ROOTS = frozenset(
    root for name in {n.framework for n in NATIVES.values() if not n.ours} for root in roots(name)
)
METHODS = {  # of a PyTorch tensor
    name: recorded(f"torch.{name}")
    for name in ("softmax", "log_softmax", "sigmoid", "logsumexp", "logit")
}

# what only TensorFlow 1 has, and what only TensorFlow 2 has, under the name `tensorflow`
OLD = {
    *("placeholder", "placeholder_with_default", "Session", "InteractiveSession", "ConfigProto"),
    *("get_variable", "variable_scope", "global_variables", "global_variables_initializer"),
    *("trainable_variables", "get_collection", "reset_default_graph", "initialize_all_variables"),
    *("contrib", "app", "flags", "layers", "log", "set_random_seed"),
}
OLD_TRAINING = ("Optimizer", "Saver", "Supervisor", "MonitoredTrainingSession", "get_global_step")
NEW = {"GradientTape", "function", "keras", "Module", "random.set_seed", "optimizers"}


def names_of(known: Known) -> tuple[str, ...]:
    """The full names of a record."""
    return (known.name, *known.aliases) if isinstance(known, Native) else (known.name,)


# of the framework with two generations: what a path begins with, and where either is by itself
OLD_PLACES = {
    f"{f.id}.": (f.eras, *(f"{module}." for module in f.same))
    for f in FRAMEWORKS.values()
    if f.eras
}
# its places that both have, each with functions of its own, and where those of the second are
SHARED = [
    (place, new)
    for f in FRAMEWORKS.values()
    for place, new in f.read
    if f.eras and place.startswith(f"{f.id}.") and not new.startswith(f.eras)
]
INSIDE = [f.id for f in FRAMEWORKS.values() if f.within]  # what only the second has

SHORT = {name.rpartition(".")[2] for known in KNOWN for name in names_of(known)}


def find(path: str, era: str = "") -> list[Known]:
    """What a full path may mean: one record, several where TensorFlow 1 and 2 differ, or none.

    >>> [native.name for native in find("tensorflow.losses.mean_squared_error")]
    ['keras.losses.mean_squared_error', 'tensorflow.compat.v1.losses.mean_squared_error']
    """
    if path.partition(".")[0] not in ROOTS:
        return []
    root = next((root for root in OLD_PLACES if path.startswith(root)), "")
    places = OLD_PLACES.get(root, ())
    bare = bool(root) and not path.startswith(places)
    spellings = [path]
    spellings += [new + path[len(old) :] for old, new in SAME if path.startswith(old)]
    modern = _first(spellings)
    if not bare:
        return modern
    shared = [new + path[len(now) :] for now, new in SHARED if path.startswith(now)]
    modern = modern or _first(shared)
    inside = any(f".{name}." in path for name in INSIDE)
    old = [] if inside else _first([places[0] + path[len(root) :]])
    if era == "tf1":
        return old or modern
    if era == "tf2" or not shared:
        return modern or old
    return [*modern, *old]


def _first(spellings: list[str]) -> list[Known]:
    for spelling in spellings:
        found = by_name(spelling) or ABSENT.get(spelling)
        if found is not None:
            return [found]
    return []


def era_of(paths: set[str]) -> str:
    """Whether a file is written for TensorFlow 1 or 2, from everything it uses; '' if unclear."""
    rest = [path.partition(".")[2] for path in paths if path.startswith(tuple(OLD_PLACES))]
    old, new = any(_old(part) for part in rest), any(_new(part) for part in rest)
    return "" if old == new else "tf1" if old else "tf2"


def _old(part: str) -> bool:
    head, _, tail = part.partition(".")
    losses = head == "losses" and bool(tail) and not any(find(r + part, "tf2") for r in OLD_PLACES)
    return head in OLD or (head == "train" and tail.startswith(OLD_TRAINING)) or losses


def _new(part: str) -> bool:
    head, _, tail = part.partition(".")
    classes = head == "losses" and tail[:1].isupper()
    return head in NEW or part in NEW or classes
