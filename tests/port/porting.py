"""One text ported, and the command run in a folder."""

import os
from pathlib import Path

from xlogits.cli import main
from xlogits.port.decide.rendering import Choices, assumption
from xlogits.port.document import Document, ported
from xlogits.translation.language import language

TORCH = "import torch.nn.functional as F\na = F.softmax(x, dim=-1)\n"
JAX = "import torch.nn.functional as F\nimport jax\na = jax.nn.softmax(x)\n"
TO_JAX = ["--from", "torch", "--to", "jax"]


def choices(source: str, target: str, *assumed: str) -> Choices:
    words = frozenset(map(assumption, assumed))
    era = next(iter(words & {"tf1", "tf2"}), "")
    return Choices(language(source), language(target), words, era)


def port_of(
    text: str, source: str = "torch", target: str = "tensorflow", *assumed: str
) -> Document:
    return ported("x.py", text.encode(), choices(source, target, *assumed))


def main_in(folder: Path, arguments: list[str]) -> int:
    before = Path.cwd()
    os.chdir(folder)
    try:
        return main(arguments)
    finally:
        os.chdir(before)
