"""What each release stores in a database, kept beside this file as ``<version>.json``.

A database of a company lives on through updates: what the last release stores may only
go, or change its type, together with a migration script that sees to what is there.
"""

import json
import re
from pathlib import Path

from odoo.models import MAGIC_COLUMNS
from odoo.modules.module import Manifest
from odoo.tools import parse_version

from ...odoo_process import ADDON, REPOSITORY

FOLDER = Path(__file__).parent
_VERSION = re.compile(r"\d+(\.\d+){4}")


def version() -> str:
    """The version of the addon as it is."""
    return Manifest.for_addon(ADDON)["version"]


def file_of(release: str) -> Path:
    return FOLDER / f"{release}.json"


def last() -> str:
    """The last release that is kept here."""
    return max((path.stem for path in FOLDER.glob("*.json")), key=parse_version)


def read(release: str) -> dict:
    return json.loads(file_of(release).read_text(encoding="utf-8"))


def write(env) -> None:
    """Keep what the addon stores now as that of its version."""
    text = json.dumps(stored(env), indent=1, sort_keys=True)
    file_of(version()).write_text(f"{text}\n", encoding="utf-8")


def stored(env) -> dict:
    """What the addon stores: columns, tables of relations, and records that an update
    leaves alone.

    ``{"columns": {table: {column: [type, comodel or "", required]}},
    "relations": {table: [column, column]}, "records": {external id: model}}``
    """
    found = {"columns": {}, "relations": {}, "records": _records(env)}
    for model in env.registry.models.values():
        if model._abstract or model._transient or not model._auto:
            continue
        for field in env[model._name]._fields.values():
            if not field.store or field._modules[:1] != (ADDON,):
                continue
            if field.name in MAGIC_COLUMNS:
                continue
            if field.type == "many2many":
                pair = [field.column1, field.column2]
                found["relations"][field.relation] = pair
            elif field.column_type:
                kept = [field.type, field.comodel_name or "", bool(field.required)]
                found["columns"].setdefault(model._table, {})[field.name] = kept
    return found


def _records(env) -> dict[str, str]:
    data = env["ir.model.data"].sudo()
    shipped = data.search([("module", "=", ADDON), ("noupdate", "=", True)])
    return {record.name: record.model for record in shipped}


def lost(release: dict, now: dict) -> list[str]:
    """What a database of the release would lose, or could not fill, by an update."""
    return [
        *_lost_columns(release["columns"], now["columns"]),
        *(
            f"the table of relations {table} is gone or has other columns"
            for table, pair in release["relations"].items()
            if now["relations"].get(table) != pair
        ),
        *(
            f"the record {name} ({model}) is no longer shipped"
            for name, model in release["records"].items()
            if now["records"].get(name) != model
        ),
    ]


def _lost_columns(before: dict, after: dict):
    for table, columns in before.items():
        for name, (type_, comodel, required) in columns.items():
            here = after.get(table, {}).get(name)
            if here is None:
                yield f"{table}.{name} is gone, or has another name"
                continue
            if here[:2] != [type_, comodel]:
                was, is_ = (
                    " of ".join(filter(None, kind))
                    for kind in ((type_, comodel), here[:2])
                )
                yield f"{table}.{name} was {was} and is {is_}"
            if here[2] and not required:
                yield f"{table}.{name} is required now"


def migrations_since(release: str) -> list[str]:
    """The versions later than the release that have migration scripts."""
    folders = (REPOSITORY / ADDON / "migrations").glob("*/*.py")
    versions = {path.parent.name for path in folders}
    now = parse_version(version())
    return sorted(
        (
            found
            for found in versions
            if _VERSION.fullmatch(found)
            and parse_version(release) < parse_version(found) <= now
        ),
        key=parse_version,
    )
