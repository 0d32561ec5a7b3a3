from odoo import models

# Odoo's fields behind the accessors below, for who depends on them.
REGISTRY_FIELD = "company_registry"
COMPANY_FIELD = "is_company"


class ResPartner(models.Model):
    """Reads what identifies a debtor or a creditor, whatever field Odoo keeps it in."""

    _inherit = "res.partner"

    def _recouvrement_get_registry(self):
        """SIRET or SIREN of a partner, without spaces; an empty text if it has none."""
        self.ensure_one()
        return "".join((self[REGISTRY_FIELD] or "").split())

    def _recouvrement_is_company(self):
        """Whether a partner is marked as a company, and not as a person."""
        self.ensure_one()
        return self[COMPANY_FIELD]
