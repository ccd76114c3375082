"""An argument that a translation uses twice, given a name on a line of its own."""

import ast
from dataclasses import replace

from xlogits.errors import Refused
from xlogits.port.decide.change import Edit
from xlogits.port.decide.decisions import Decisions
from xlogits.port.decide.rendering import Written, twice
from xlogits.port.read.operands import quiet

SIMPLE = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return, ast.Expr)
LATER = (  # what inside a statement is evaluated later, perhaps, or more than once
    *(ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
    *(ast.IfExp, ast.BoolOp, ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom, ast.Compare),
)


def hoisted(decisions: Decisions, node: ast.expr, written: Written) -> Written:
    """The same with names for what is used twice; `Refused` where no line can go before."""
    holes = twice(written)
    if not holes:
        return written
    statement = _statement(decisions, node, ast.unparse(written.nodes[holes[0]]))
    place = decisions.text.line_start(statement.lineno)
    indent = decisions.text.text[place : decisions.text.span(statement)[0]]
    newline = decisions.text.newline(statement.lineno)
    nodes = dict(written.nodes)
    for hole in holes:
        text = decisions.segment(nodes[hole])
        text = f"({text})" if "\n" in text or "\r" in text else text
        name = _free(decisions)
        line = f"{indent}{name} = {text}{newline}"
        decisions.hoists.append(Edit((place, place), line, owner=node))
        nodes[hole] = ast.Name(name, ast.Load())
    changed = replace(written, nodes=nodes)
    first = any(_acts_before(decisions, statement, node, written.nodes[hole]) for hole in holes)
    return changed.but("order", known=decisions.choices.assumed) if first else changed


def _statement(decisions: Decisions, node: ast.expr, what: str) -> ast.stmt:
    """The simple statement, on a line of its own, in which a call is always evaluated once."""
    why = f"{what[:60]} would be evaluated more than once; give it a name first"
    above: ast.AST = node
    while not isinstance(above, ast.stmt):
        if isinstance(above, LATER):
            raise Refused(why)
        above = decisions.scopes.parent[above]
    start = decisions.text.line_start(above.lineno)
    indent = decisions.text.text[start : decisions.text.span(above)[0]]
    if not isinstance(above, SIMPLE) or indent.strip():
        raise Refused(why)
    return above


def _free(decisions: Decisions) -> str:
    """A name that nothing in the file has."""
    taken = decisions.imports.used | decisions.hoisted
    names = ["value", *(f"value_{number}" for number in range(2, 1000))]
    name = next(n for n in names if n not in taken and not decisions.scopes.everywhere(n))
    decisions.hoisted.add(name)
    return name


def _acts_before(
    decisions: Decisions, statement: ast.stmt, node: ast.expr, operand: ast.expr
) -> bool:
    """Whether something that may matter is evaluated before an operand now, and after it then."""
    inside = set(ast.walk(operand))
    for part in ast.walk(statement):
        if isinstance(part, ast.Call) and part not in inside and part not in decisions.results:
            around = operand in set(ast.walk(part))
            before = (part.lineno, part.col_offset) < (operand.lineno, operand.col_offset)
            if before and not around and part is not node and not quiet(part, decisions.scopes):
                return True
    return False
