"""What the package index shows: the README, whose links into the repository are dead there.

They become absolute where `[project.urls]` of pyproject.toml has a Repository; without one they become
the words and the path in the repository, which is true anywhere.
"""

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

RELATIVE = re.compile(r"\[([^\]\n]+)\]\((?![a-z]+:|#)([^)\s]+)\)")


class Description(MetadataHookInterface):
    def update(self, metadata: dict[str, Any]) -> None:
        readme = Path(self.root, "README.md").read_text(encoding="utf-8")
        text = described(readme, metadata.get("urls", {}).get("Repository", ""))
        metadata["readme"] = {"content-type": "text/markdown", "text": text}


def described(readme: str, repository: str) -> str:
    """The README with no relative link in it; `HEAD` is whatever branch the repository shows."""

    def link(found: re.Match[str]) -> str:
        words, path = found.groups()
        if repository:
            return f"[{words}]({repository.rstrip('/')}/blob/HEAD/{path})"
        return f"`{path}`" if words == path else f"{words} (`{path}`)"

    text = RELATIVE.sub(link, readme)
    return text.replace("<this repository>", repository) if repository else text
