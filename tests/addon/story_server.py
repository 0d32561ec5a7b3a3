"""Odoo loaded once on a database where all the examples of the integrator's guide are
installed, playing their stories one by one.

Run by :class:`tests.odoo_process.StoryServer`, as
``python -m tests.addon.story_server DATABASE ADDONS_PATH``. Each line read is a story
as JSON, each line printed what it told. A story has a transaction that is undone after
it, and the records of its own example alone: those that the others brought or changed
are put back to what is shipped.
"""

import json
import sys
import traceback

from odoo import sql_db
from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.module import Manifest
from odoo.modules.registry import Registry
from odoo.tools import config, convert_file

# What :func:`keep_shipped` keeps, and under which name.
SHIPPED = {
    "recouvrement_procedure": "example_shipped_procedure",
    "recouvrement_stage": "example_shipped_stage",
}


def keep_shipped():
    """The SQL that keeps what is shipped, before an example is installed."""
    return "; ".join(
        f"CREATE TABLE {kept} AS TABLE {table}" for table, kept in SHIPPED.items()
    )


def main(name, addons_path):
    config.parse_config(
        [
            "-d",
            name,
            "--no-http",
            "--max-cron-threads=0",
            f"--addons-path={addons_path}",
        ]
    )
    registry = Registry(name)
    answer("loaded")
    for line in sys.stdin:
        try:
            answer({"told": play(registry, **json.loads(line))})
        except Exception:
            answer({"error": traceback.format_exc()})


def answer(value):
    sys.stdout.write(f"{json.dumps(value)}\n")
    sys.stdout.flush()


def play(registry, addon, story):
    """Play a story with one example; return what it told by ``result``."""
    told = []
    try:
        with registry.cursor() as cr:
            user = Environment(cr, SUPERUSER_ID, {})["res.users"]
            env = Environment(cr, SUPERUSER_ID, user.context_get())
            put_others_aside(env, addon)
            exec(story, {"env": env, "result": told.append})
            # what a story tells is read before it is undone
            printable = json.loads(json.dumps(told))
            cr.rollback()
    finally:
        registry.clear_all_caches()
        # the database may be copied while nobody is at it
        sql_db.close_all()
    return printable


def put_others_aside(env, addon):
    """Leave procedures and stages as shipped, and load the example's own data again."""
    for table, kept in SHIPPED.items():
        env.cr.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = %s AND column_name != 'id'",
            [kept],
        )
        columns = ", ".join(f'"{column}"' for (column,) in env.cr.fetchall())
        env.cr.execute(
            f"""
            DELETE FROM {table} WHERE id NOT IN (SELECT id FROM {kept});
            UPDATE {table} SET ({columns}) = (
                SELECT {columns} FROM {kept} WHERE {kept}.id = {table}.id)
            """
        )
    env.invalidate_all()
    for path in Manifest.for_addon(addon)["data"]:
        convert_file(env, addon, path, {}, mode="init")


if __name__ == "__main__":
    main(*sys.argv[1:])
