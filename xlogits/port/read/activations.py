"""Activations that a loss looks behind: it takes the logits that they were applied to."""

import ast

from xlogits.errors import Refused
from xlogits.frameworks import FRAMEWORKS, manners
from xlogits.losses import SigmoidCrossEntropy, SoftmaxCrossEntropy, Transform
from xlogits.port.read.operands import Arguments
from xlogits.port.read.paths import find
from xlogits.port.read.scopes import Scopes

INSIDE = {SoftmaxCrossEntropy: "softmax", SigmoidCrossEntropy: "sigmoid"}


def looks_behind(framework: str) -> bool:
    """Whether the losses of a framework do so."""
    return manners(framework).behind_softmax


def refuse_behind(arguments: Arguments, scopes: Scopes, target: str) -> None:
    """Raise where one side takes the logits behind the result of an activation, and the other does not.

    It takes them where it is told that it gets logits, and finds that its own framework made
    probabilities of some. The other framework applies the activation twice, as it is written.
    """
    framework, loss = arguments.call.native.framework, arguments.call.reading.loss
    form = getattr(loss, "form", None)
    if form is None or form.kind != "logits" or looks_behind(framework) == looks_behind(target):
        return
    node = arguments.nodes.get(str(arguments.call.reading.operands.get("pred")))
    inside = next((word for kind, word in INSIDE.items() if isinstance(loss, kind)), "")
    # a prediction that is ported already is made by the target
    homes = {FRAMEWORKS[name].home for name in (framework, target)}
    if node is None or not _made_by(node, inside, homes, scopes, frozenset()):
        return
    text, there = ast.unparse(node), looks_behind(framework)
    title = FRAMEWORKS[framework if there else target].title
    raise Refused(
        f"`{text}` is the result of a {inside}, and {title} looks for the logits behind it and takes "
        f"these where it finds them; {'pass the logits' if there else f'here the {inside} counts twice'}"
    )


def _made_by(
    node: ast.expr | None, function: str, homes: set[str], scopes: Scopes, seen: frozenset[str]
) -> bool:
    """Whether a value, or a value of that name, is the result of this function on arrays of these."""
    if isinstance(node, ast.Name) and node.id not in seen:
        values = [b.value for b in scopes.bindings(node.id, node)]
        return any(_made_by(v, function, homes, scopes, seen | {node.id}) for v in values)
    if not isinstance(node, ast.Call):
        return False
    return any(
        isinstance(loss := getattr(known, "loss", None), Transform)
        and loss.function == function
        and FRAMEWORKS[known.name.partition(".")[0]].home in homes
        for path in scopes.paths(node.func)
        for known in find(path)
    )
