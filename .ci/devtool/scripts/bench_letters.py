"""What the scripts of `./dev bench letters` share: its day, and the server that
wkhtmltopdf asks for the styles of invoices."""

import shutil
import threading
from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

from werkzeug.serving import make_server

from odoo import fields, http
from odoo.tools import config

# A Friday, the eve of the day that the benches count on.
DAY = date(2026, 11, 20)


@contextmanager
def at(day):
    """Do the work of the block on a day: what follow-up takes for today."""
    with patch.object(fields.Date, "context_today", lambda *_args: day):
        yield


@contextmanager
def store_files(env):
    """Keep what is made in files, as Odoo does unless told otherwise: databases that
    are copied keep it inside."""
    env["ir.config_parameter"].set_param("ir_attachment.location", "file")
    env.cr.commit()
    try:
        yield
    finally:
        shutil.rmtree(config.filestore(env.cr.dbname), ignore_errors=True)


@contextmanager
def serve(env):
    """Answer the requests of wkhtmltopdf, which fetches the styles of invoices."""
    server = make_server("127.0.0.1", 0, http.root, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    env["ir.config_parameter"].sudo().set_param(
        "report.url", f"http://127.0.0.1:{server.port}"
    )
    env.cr.commit()
    try:
        yield
    finally:
        server.shutdown()
