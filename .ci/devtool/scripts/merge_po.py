"""Merge the terms of a .pot into the translation beside it, keeping what is translated.

Usage: merge_po.py FILE.pot LANGUAGE [--purge]

Translations of terms that are gone stay in the file, commented out, until --purge: a
term that was reworded finds its old translation there.
"""

import sys
from pathlib import Path

import polib


def merge(template_path: Path, language: str, purge: bool) -> None:
    """Take up new terms, put away those that are gone, count those not translated."""
    template = polib.pofile(str(template_path))
    path = template_path.parent / f"{language}.po"
    if path.exists():
        translation = polib.pofile(str(path))
    else:
        translation = polib.POFile()
    translation.metadata = {
        **template.metadata,
        **translation.metadata,
        "POT-Creation-Date": template.metadata.get("POT-Creation-Date", ""),
        "Language": language,
    }
    before = {entry.msgid for entry in translation if not entry.obsolete}
    translation.merge(template)
    if purge:
        translation[:] = [entry for entry in translation if not entry.obsolete]
    translation.sort(key=lambda entry: (entry.obsolete, entry.msgid))
    translation.save(str(path))
    terms = [entry for entry in translation if not entry.obsolete]
    empty = [entry for entry in terms if not entry.translated()]
    new = {entry.msgid for entry in terms} - before
    print(
        f"{path.name}: {len(terms)} terms, {len(new)} new, "
        f"{len(empty)} without a translation, "
        f"{len(translation.obsolete_entries())} no longer used"
    )
    for entry in empty[:20]:
        print(f"    {entry.msgid.splitlines()[0][:90]}")
    if len(empty) > 20:
        print(f"    ... and {len(empty) - 20} more")


if __name__ == "__main__":
    merge(Path(sys.argv[1]), sys.argv[2], "--purge" in sys.argv[3:])
