"""How the benches call the computation of penalties: the one place to change."""

from unittest.mock import patch

from odoo.fields import Date

BATCH = 1000


def refresh(company, day, forced=False):
    """Bring the penalties of a company up to ``day`` as the nightly job does, commits
    included.

    :param forced: compute every overdue invoice, be it up to date or not
    """
    moves = company.env["account.move"]
    if not forced:
        today = staticmethod(lambda _records, timestamp=None: day)
        # freezing the whole clock would slow Odoo down
        with patch.object(Date, "context_today", today):
            moves._cron_recouvrement_penalties()
        return
    overdue = moves.search(moves._recouvrement_overdue_domain(day), order="id")
    for start in range(0, len(overdue), BATCH):
        overdue[start : start + BATCH]._recouvrement_refresh_penalties(day)
        company.env.cr.commit()
