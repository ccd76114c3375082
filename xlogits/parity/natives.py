"""The native functions themselves: called by name, in their own framework."""

from functools import partial
from importlib import import_module
from typing import Any

from xlogits.catalogue import Arg, Native
from xlogits.frameworks import FRAMEWORKS, differentiable, installed, manners
from xlogits.ledger import speaks_of
from xlogits.parity.engines import Call, Failure, Result
from xlogits.parity.engines.run import differentiated, retried
from xlogits.parity.plan import Job, Place, Prepared, named

Array = Any

ANYHOW = "anyhow"  # the mode of a native that runs beside another backend


class Natives:
    """What the native functions give in one dtype, each run once for every place it runs in."""

    def __init__(self, dtype: str, prepared: dict[Any, Prepared], loaded: dict[str, Any]) -> None:
        self.dtype, self.prepared, self.loaded = dtype, prepared, loaded
        self.found: dict[tuple[Any, ...], Result] = {}

    def of(self, jobs: list[Job], place: Place) -> list[Result]:
        """One result per job, of the native in its own framework.

        Where that is the backend at hand it runs on the same device, and in the same mode: always
        if that is cheap, on the first case, or where the ledger has a row about it, if it means
        compiling. Elsewhere on the CPU, anyhow.
        """
        keys = []
        for job in jobs:
            home = FRAMEWORKS[job.native.framework].home
            where, how = "cpu", ANYHOW
            if home == place.backend:
                first, costly = job.case.name == "ordinary", self.loaded[home].COSTLY
                wanted = first or speaks_of(*named(job), self.dtype, place.mode)
                where = place.device
                how = place.mode if wanted or place.mode not in costly else ANYHOW
            keys.append((home, where, how, job.native.name, job.variant.label, job.case.name))
        todo: dict[tuple[str, str, str], dict[tuple[Any, ...], Job]] = {}
        for key, job in zip(keys, jobs, strict=True):
            if key not in self.found:
                todo.setdefault(key[:3], {})[key] = job
        for (home, where, how), some in todo.items():
            ran = self._run(home, where, how, list(some.values()))
            self.found |= zip(some, ran, strict=True)
        return [self.found[key] for key in keys]

    def _run(self, home: str, device: str, mode: str, jobs: list[Job]) -> list[Result]:
        results: list[Result] = []
        calls = []
        why = {name: absent(name) for name in {home, *(job.native.framework for job in jobs)}}
        for job in jobs:
            missing = why[home] or why[job.native.framework]
            results.append(Failure("NotInstalled", missing, False))
            if not missing:
                calls.append((len(results) - 1, self._call(job)))
        if calls:
            ran = self._in_mode(home, device, mode, [call for _, call in calls])
            for (number, _), result in zip(calls, ran, strict=True):
                results[number] = result
        return results

    def _in_mode(self, home: str, device: str, mode: str, calls: list[Call]) -> list[Result]:
        """Anyhow means in the mode that costs the least, and eager what does not run in that."""
        engine = self.loaded[home]

        def run(how: str, some: list[Call]) -> list[Result]:
            return differentiated(lambda part: engine.run(part, self.dtype, device, how), some)

        if mode != ANYHOW:
            return run(mode, calls)
        ran = run(engine.QUICK, calls)
        if engine.QUICK == "eager":
            return ran
        failed = [i for i, result in enumerate(ran) if isinstance(result, Failure)]
        return retried(ran, failed, lambda i: calls[i], partial(run, "eager"))

    def _call(self, job: Job) -> Call:
        prepared = self.prepared[job.key]
        identity = job.native.name, job.variant.label
        made = ready(job.native, job.variant.options, job.variant.wanted)
        fn = partial(spoken, made, job.native, _with_own_dtype(job.native, job.variant.options))
        return Call(
            fn,
            prepared.operands,
            prepared.wrt if differentiable(job.native.framework) else (),
            prepared.cotangent,
            job.case.strided,
            identity,
        )


def absent(framework: str) -> str:
    """Why a framework's functions cannot be called here, '' where they can."""
    if not installed(framework):
        return f"{framework} is not installed"
    try:
        import_module(framework)
    except (ImportError, OSError, RuntimeError) as error:  # built for another version of its home
        return f"{framework} cannot be imported: {error}"
    return ""


def _with_own_dtype(native: Native, options: dict[str, Any]) -> dict[str, Any]:
    """Options in which a dtype, a name in the matrix, is what the framework wants it to be."""
    dtypes = manners(native.framework).dtypes
    if not dtypes or "dtype" not in options:
        return options
    return options | {"dtype": getattr(import_module(dtypes), options["dtype"])}


def function_of(native: Native) -> Any:
    """The function or class of the framework itself."""
    path, _, short = native.name.rpartition(".")
    return getattr(resolve(path), short)


def resolve(path: str) -> Any:
    """A module or namespace by its dotted path; `tensorflow.nn` is an attribute, not a module."""
    parts = path.split(".")
    found = import_module(parts[0])
    for number, part in enumerate(parts[1:], 2):
        if not hasattr(found, part):
            import_module(".".join(parts[:number]))
        found = getattr(found, part)
    return found


def spoken(function: Any, native: Native, options: dict[str, Any], **operands: Array) -> Any:
    """Call a function or class by its own parameter names, with operands by neutral name."""
    made = _given(native.args, operands) | options
    if native.then:
        instance = function(**made) if isinstance(function, type) else function
        return instance(**_given(native.then, operands))
    before = native.args[: native.args.index("/")] if "/" in native.args else ()
    values = [made.pop(a.name) for a in before if isinstance(a, Arg)]
    return function(*values, **made)


def _given(args: tuple[Arg | str, ...], operands: dict[str, Array]) -> dict[str, Array]:
    """Operands by parameter name, under the first of their names where there are two."""
    given: dict[str, str] = {}
    for arg in args:
        if isinstance(arg, Arg) and arg.to in operands:
            given.setdefault(arg.to, arg.name)
    return {name: operands[operand] for operand, name in given.items()}


def ready(native: Native, options: dict[str, Any], wanted: frozenset[str]) -> Any:
    """The function, or an instance of the class where its constructor takes no array.

    That is how people use them, and constructors need not be traceable.
    """
    function = function_of(native)
    arrays = {a.to for a in native.args if isinstance(a, Arg)} & wanted
    if not native.then or arrays:
        return function
    return function(**{k: v for k, v in options.items() if k in _constructor(native)})


def _constructor(native: Native) -> set[str]:
    return {a.name for a in native.args if isinstance(a, Arg)}
