"""`python compare speed`: ratios measured side by side, into imports.md and imports.json."""

import argparse
import json
import platform
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from compare import RESULTS
from compare.speed import imports
from compare.speed.pairs import Ratio

# modules beside this one, each with a main
OTHERS = "calls", "cases", "kernels", "large", "linear", "scan"


def main(arguments: Sequence[str]) -> int:
    if arguments and arguments[0] in OTHERS:
        other = import_module(f"compare.speed.{arguments[0]}")
        return int(other.main(arguments[1:]))
    parser = argparse.ArgumentParser(
        prog="python compare speed",
        description=__doc__,
        epilog=f"Also: python compare speed {'|'.join(OTHERS)}",
    )
    parser.add_argument("--pairs", type=int, default=41, help="measurements of each side")
    parser.add_argument("--output", type=Path, default=RESULTS / "speed")
    options = parser.parse_args(arguments)
    loaded = imports.third_party()
    ratios = list(imports.measure(options.pairs))
    text = render(ratios, loaded)
    print(text)
    content = {"machine": machine(), "third_party": loaded, "ratios": [r._asdict() for r in ratios]}
    (options.output / "imports.json").write_text(json.dumps(content, indent=1) + "\n")
    (options.output / "imports.md").write_text(text)
    return 0


def machine() -> str:
    """Python and processor, without which no figure means anything."""
    processor = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        processor = next(
            line.split(":")[1].strip() for line in lines if line.startswith("model name")
        )
    except (OSError, StopIteration):
        pass
    return f"Python {platform.python_version()}, {platform.system()}, {processor}"


def render(ratios: Sequence[Ratio], loaded: Sequence[str]) -> str:
    """The results as Markdown."""
    lines = [
        "# Speed",
        "",
        f"{machine()}. Ratios of CPU time, both sides measured in turn; in brackets the 10th and the",
        "90th percentile of the pairs. Made by `python compare speed`.",
        "",
        "| what | against | ratio | |",
        "|---|---|---:|---|",
    ]
    for r in ratios:
        spread = f"[{r.low:.2f}, {r.high:.2f}]"
        lines.append(f"| `{r.name}` | `{r.against}` | {r.median:.2f} | {spread}, {r.pairs} pairs |")
    loads = f"`import xlogits` loads {', '.join(loaded) or 'nothing'} from outside the standard library."
    return "\n".join([*lines, "", loads, ""])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
