from odoo import models
from odoo.tools import SQL

# Odoo's fields behind the accessors below, for who depends on them.
REGISTRY_FIELD = "company_registry"
COMPANY_FIELD = "is_company"
# What the time zone of a company follows from.
ZONE_FIELDS = {"country_id", "tz", "zip"}


# What Python takes for blanks; PostgreSQL's own class knows fewer of them.
BLANKS = "".join(char for char in map(chr, range(0x3001)) if char.isspace())


class ResPartner(models.Model):
    """Reads what identifies a debtor or a creditor, whatever field Odoo keeps it in."""

    _inherit = "res.partner"

    def write(self, vals):
        # EXTENDS base: the time zone of a company is kept
        res = super().write(vals)
        if ZONE_FIELDS & vals.keys() and self.sudo().ref_company_ids:
            self.env["res.company"]._recouvrement_forget_zones()
        return res

    def _recouvrement_get_registry(self):
        """SIRET or SIREN of a partner, without spaces; an empty text if it has none."""
        self.ensure_one()
        return "".join((self[REGISTRY_FIELD] or "").split())

    def _recouvrement_is_company(self):
        """Whether a partner is marked as a company, and not as a person."""
        self.ensure_one()
        return self[COMPANY_FIELD]

    def _recouvrement_get_registry_sql(self, alias):
        """The same as :meth:`_recouvrement_get_registry`, in SQL."""
        return SQL(
            "translate(COALESCE(%s, ''), %s, '')",
            self._field_to_sql(alias, REGISTRY_FIELD),
            BLANKS,
        )

    def _recouvrement_is_company_sql(self, alias):
        """The same as :meth:`_recouvrement_is_company`, in SQL."""
        return SQL("COALESCE(%s, FALSE)", self._field_to_sql(alias, COMPANY_FIELD))
