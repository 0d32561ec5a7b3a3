"""Write an addon's README.rst from the Markdown fragments of its readme/, as OCA addons
have it: the parts and their order are theirs, the words are the fragments'.

Usage: make_readme.py ADDON [--check]

``--check`` writes nothing and ends with an error where the file is another.
"""

import ast
import re
import sys
from pathlib import Path

import mistune
from mistune.renderers.rst import RSTRenderer

HEADER = """\
.. Written by `./dev readme` from readme/*.md and the manifest: edit these instead.
"""
# Fragments in their order, each with the heading it comes under: none for the first.
PARTS = {
    "DESCRIPTION": "",
    "CONTEXT": "Use Cases / Context",
    "INSTALL": "Installation",
    "CONFIGURE": "Configuration",
    "USAGE": "Usage",
    "DEVELOP": "Development",
    "ROADMAP": "Known issues / Roadmap",
    "HISTORY": "Changelog",
}
COMMENT = re.compile(r"<!--.*?-->\n", re.DOTALL)


def heading(text: str, rule: str) -> str:
    return f"{text}\n{rule * len(text)}\n"


class Fragment(RSTRenderer):
    """A fragment's headings stand two levels below the title of the whole."""

    HEADING_MARKERS = {level: "-" if level < 3 else "~" for level in range(1, 7)}


def fragment(path: Path) -> str:
    convert = mistune.create_markdown(renderer=Fragment())
    return convert(COMMENT.sub("", path.read_text(encoding="utf-8")))


def readme(addon: Path) -> str:
    manifest = ast.literal_eval((addon / "__manifest__.py").read_text(encoding="utf-8"))
    title = manifest["name"]
    blocks = [HEADER, f"{'=' * len(title)}\n{heading(title, '=')}", facts(manifest)]
    for name, title in PARTS.items():
        path = addon / "readme" / f"{name}.md"
        if not path.exists():
            continue
        if title:
            blocks.append(heading(title, "="))
        blocks.append(fragment(path).strip() + "\n")
    contributors = fragment(addon / "readme" / "CONTRIBUTORS.md").strip()
    blocks += [
        heading("Credits", "="),
        heading("Authors", "-"),
        "".join(f"- {name.strip()}\n" for name in manifest["author"].split(",")),
        heading("Contributors", "-"),
        f"{contributors}\n",
    ]
    return "\n".join(blocks)


def facts(manifest: dict) -> str:
    return (
        "\n".join(
            f":{name}: {value}"
            for name, value in (
                ("Version", manifest["version"]),
                ("Status", manifest["development_status"]),
                ("Licence", manifest["license"]),
                ("Odoo modules", ", ".join(manifest["depends"])),
                (
                    "Python packages",
                    ", ".join(manifest["external_dependencies"]["python"]),
                ),
            )
        )
        + "\n"
    )


def main(addon: Path, check: bool) -> int:
    target, text = addon / "README.rst", readme(addon)
    if not check:
        target.write_text(text, encoding="utf-8")
        return 0
    if target.exists() and target.read_text(encoding="utf-8") == text:
        return 0
    print(f"{target} is not what {addon}/readme/ makes: call ./dev readme.")
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), "--check" in sys.argv[2:]))
