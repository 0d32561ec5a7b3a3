"""What the scripts of `./dev bench letters` share: its day, and the server that
wkhtmltopdf asks for the styles of invoices."""

import threading
from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

from werkzeug.serving import make_server

from odoo import fields, http

# A Friday, the eve of the day that the benches count on.
DAY = date(2026, 11, 20)


@contextmanager
def at(day):
    """Do the work of the block on a day: what follow-up takes for today."""
    with patch.object(fields.Date, "context_today", lambda *_args: day):
        yield


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
