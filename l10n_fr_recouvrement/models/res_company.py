from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    """Creditor: how follow-up runs and what its letters must say of it."""

    _inherit = "res.company"

    recouvrement_auto = fields.Boolean(
        "Daily follow-up",
        help="The daily job prepares the actions of this company and sends the e-mails "
        "that need no approval. Off until somebody starts it.",
    )
    recouvrement_start_date = fields.Date(
        "Follow invoices due from",
        help="Invoices due before this day are left alone. Empty: no limit.",
    )
    recouvrement_min_interval = fields.Integer(
        "Days between contacts",
        default=7,
        help="A debtor is not contacted again before this many days.",
    )
    recouvrement_divisor = fields.Selection(
        [("365", "365 days"), ("actual", "Days of the civil year (365 or 366)")],
        "Interest divisor",
        default="365",
        required=True,
        help="No text fixes it: 365 is the common use, the civil year follows "
        "Cass. com. 10 January 1995, 91-21.141. It is printed on the letter.",
    )
    recouvrement_alsace_moselle = fields.Boolean("Holidays of Alsace-Moselle")
    recouvrement_legal_form = fields.Char(
        "Legal form", help="SARL, SAS… as on the K-bis (C. com. art. R123-238)."
    )
    recouvrement_share_capital = fields.Char(
        "Share capital", help="As printed on letters, for instance 50 000 €."
    )
    recouvrement_rcs_city = fields.Char(
        "Registry (RCS)", help="Town of the registry (C. com. art. R123-237)."
    )
    recouvrement_signatory_name = fields.Char("Signatory")
    recouvrement_signatory_title = fields.Char("Title of the signatory")
    recouvrement_mediator = fields.Char(
        "Consumer mediator",
        help="Name, address and website of the mediator that your consumers may turn "
        "to (C. conso. art. L612-1 and L616-1), printed on their last letters.",
    )
    recouvrement_bank_id = fields.Many2one(
        "res.partner.bank",
        "Account to pay to",
        domain="[('partner_id', '=', partner_id)]",
        help="Printed on letters with its payment code. Empty: the first account.",
    )

    @api.constrains("recouvrement_bank_id")
    def _check_recouvrement_bank(self):
        for company in self:
            bank = company.recouvrement_bank_id
            if bank and bank.partner_id != company.partner_id:
                raise ValidationError(
                    self.env._(
                        "%(account)s is not an account of %(company)s: letters would "
                        "ask to pay somebody else.",
                        account=bank.display_name,
                        company=company.name,
                    )
                )

    def write(self, vals):
        # EXTENDS base: what decides when stages fall due
        res = super().write(vals)
        if {"recouvrement_start_date", "recouvrement_alsace_moselle"} & vals.keys():
            moves = self.env["account.move"].sudo()
            moves = moves.search(
                [*moves._recouvrement_open_domain(), ("company_id", "in", self.ids)]
            )
            self.env.add_to_compute(moves._fields["recouvrement_next_date"], moves)
        return res

    def _recouvrement_get_bank(self):
        """Bank account that letters ask to pay to."""
        self.ensure_one()
        return self.recouvrement_bank_id or self.partner_id.bank_ids[:1]
