"""A rewrite as `--verify` judges it: the original and what it became, run on the same inputs."""

from typing import Any

from tests.conftest import need
from xlogits.parity.proofs import Verdict, judged


def proof(original: str, translated: str, **more: Any) -> dict[str, Any]:
    given = {
        "around": "{}",
        "imports": ["import tensorflow as tf"],
        "assumed": [],
        "ndim": None,
        "labels": None,
    }
    return given | {"target": "tensorflow", "original": original, "translated": translated} | more


def verdict(*args: Any, **more: Any) -> Verdict:
    need("torch", "tensorflow")
    return judged(proof(*args, **more))
