import csv

from odoo import api, models
from odoo.tools import file_open


class RecouvrementDatedMixin(models.AbstractModel):
    """Dated legal data shipped as a CSV beside the code and completed by users.

    A release brings the rows that a database lacks; a row that exists, shipped or
    entered by hand, is never overwritten.
    """

    _name = "recouvrement.dated.mixin"
    _description = "Shipped dated data"

    _shipped_file = None
    _shipped_key = ()

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS base: tables built from these rows are cached
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        # EXTENDS base
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        # EXTENDS base
        self.env.registry.clear_cache()
        return super().unlink()

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
