import csv

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import file_open, ormcache

from ...const import DUE_STATES


class RecouvrementDatedMixin(models.AbstractModel):
    """Dated legal data shipped as a CSV beside the code and completed by users.

    A release brings the rows that a database lacks; a row that exists, shipped or
    entered by hand, is never overwritten. The table that the law computes with is built
    once and kept until a row changes.
    """

    _name = "recouvrement.dated.mixin"
    _description = "Shipped dated data"

    _shipped_file = None
    _shipped_key = ()

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS base
        records = super().create(vals_list)
        if records:
            self._forget_tables()
        return records

    def write(self, vals):
        # EXTENDS base
        res = super().write(vals)
        if self and vals:
            self._forget_tables()
        return res

    def unlink(self):
        # EXTENDS base
        res = super().unlink()
        if self:
            self._forget_tables()
        return res

    @api.model
    @ormcache()
    def _get_table(self):
        """Return every known row as the law takes them, see :meth:`_build_table`."""
        return self.sudo().search(Domain.TRUE)._build_table()

    def _build_table(self):
        """Return the table of these rows, a value of ``law``; one a model."""
        raise NotImplementedError

    @api.model
    def _forget_tables(self):
        """Tables built from these rows are cached, and the penalties of invoices paid
        since were computed from them."""
        self.env.registry.clear_cache()
        self.env["account.move"]._recouvrement_reopen_penalties(
            [("recouvrement_penalty_line_ids.state", "in", DUE_STATES)]
        )

    @api.model
    def _load_shipped(self):
        """Create the shipped rows whose key is not known yet."""
        known = {
            self._get_shipped_key(row)
            for row in self.search_read([], list(self._shipped_key))
        }
        with file_open(f"l10n_fr_recouvrement/data/{self._shipped_file}") as stream:
            rows = [
                {name: value or False for name, value in row.items()}
                for row in csv.DictReader(stream)
            ]
        self.create([row for row in rows if self._get_shipped_key(row) not in known])

    @api.model
    def _get_shipped_key(self, row):
        return tuple(str(row[name]) for name in self._shipped_key)
