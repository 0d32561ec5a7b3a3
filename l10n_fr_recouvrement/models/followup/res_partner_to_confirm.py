import re

from odoo import api, fields, models
from odoo.tools import SQL

from ...const import ACCOUNTING

# What the name of a legal person says that is often no trader: of co-owners whoever
# their manager is, of the others where no trading company is named.
CO_OWNERS = r"copropri[ée]taires"
OTHERS = (
    r"(associations?|asso|copropri[ée]t[ée]|sdc"
    r"|cse|comit[ée] (social|d.entreprise|d.[ée]tablissement))"
)
TRADERS = (
    r"(sarl|eurl|sas|sasu|sa|snc|scop|scic|scp|sci|selarl|selas|earl|gaec|gie|aarpi)"
)
# Number of an association in the national directory (RNA).
ASSOCIATION_NUMBER = r"W\d{9}"


class ResPartner(models.Model):
    """Associations, co-owners and staff committees: legal persons that owe the
    penalties of L441-10 where they are professionals in the contract alone, which is
    for a person to say (C. com. art. L441-10, II: « tout professionnel »; C. conso,
    article liminaire: « non-professionnel »).

    Until then they are written to as consumers are: the letters go, interest is that of
    the civil code from the formal notice on (C. civ. art. 1231-6), which any debtor
    owes, and no indemnity is claimed. Nothing is lost: the penalties of L441-10 are due
    without a reminder, and are computed from the first day once somebody confirms.
    """

    _inherit = "res.partner"

    recouvrement_profile_to_confirm = fields.Boolean(
        "Profile to be confirmed",
        compute="_compute_recouvrement_profile_to_confirm",
        help="An association, co-owners or a staff committee, by its name or number.",
        groups=ACCOUNTING,
    )

    @api.depends("recouvrement_profile_forced", "recouvrement_profile", "name")
    def _compute_recouvrement_profile_to_confirm(self):
        for partner in self:
            partner.recouvrement_profile_to_confirm = (
                not partner.recouvrement_profile_forced
                and partner._recouvrement_may_be_no_trader()
                and partner._recouvrement_guess_by_numbers() == "business"
            )

    @api.depends("name")
    def _compute_recouvrement_profile(self):
        # EXTENDS followup: its name is guessed from as well
        return super()._compute_recouvrement_profile()

    def _recouvrement_guess_profile(self):
        """Profile that the partner is taken for: what may not be claimed of all is
        claimed once somebody confirms."""
        self.ensure_one()
        profile = self._recouvrement_guess_by_numbers()
        if profile == "business" and self._recouvrement_may_be_no_trader():
            return "consumer"
        return profile

    def _recouvrement_may_be_no_trader(self):
        """Whether the name or the number of a legal person is that of an association,
        of co-owners or of a staff committee: a hint, nothing more."""
        self.ensure_one()
        name = self.name or ""
        return bool(
            re.fullmatch(ASSOCIATION_NUMBER, self._recouvrement_get_registry())
            or re.search(rf"\b{CO_OWNERS}\b", name, re.IGNORECASE)
            or re.search(rf"\b{OTHERS}\b", name, re.IGNORECASE)
            and not re.search(rf"\b{TRADERS}\b", name, re.IGNORECASE)
        )

    def _recouvrement_may_be_no_trader_sql(self, alias):
        """The same as :meth:`_recouvrement_may_be_no_trader`, in SQL."""
        return SQL(
            """(%(registry)s ~ %(number)s
                OR %(name)s ~* %(co_owners)s
                OR %(name)s ~* %(others)s AND %(name)s !~* %(traders)s)""",
            registry=self._recouvrement_get_registry_sql(alias),
            name=SQL("COALESCE(%s, '')", SQL.identifier(alias, "name")),
            number=f"^{ASSOCIATION_NUMBER}$",
            co_owners=rf"\y{CO_OWNERS}\y",
            others=rf"\y{OTHERS}\y",
            traders=rf"\y{TRADERS}\y",
        )

    # ------------------------------------------------------------------
    # Somebody says
    # ------------------------------------------------------------------

    def action_recouvrement_confirm_business(self):
        """This debtor is a professional: it owes the penalties of L441-10."""
        return self.write({"recouvrement_profile": "business"})

    def action_recouvrement_confirm_consumer(self):
        """This debtor is no professional: it owes none of them."""
        return self.write({"recouvrement_profile": "consumer"})
