from odoo import models

# What is read on a letter of its recipient, and where an e-mail goes.
RECIPIENT_FIELDS = frozenset(
    {
        "city",
        "country_id",
        "email",
        "lang",
        "name",
        "state_id",
        "street",
        "street2",
        "zip",
    }
)


class ResPartner(models.Model):
    """Recipient of letters: what somebody approved goes where they read that it
    goes."""

    _inherit = "res.partner"

    def write(self, vals):
        # EXTENDS base
        names = RECIPIENT_FIELDS & vals.keys()
        if not names or not self.env.user._is_internal():
            # Debtors who move keep nothing from leaving.
            return super().write(vals)
        actions = self._recouvrement_approved_actions()
        before = {
            partner: [partner[name] for name in names]
            for partner in (actions.contact_id | actions.partner_id) & self
        }
        res = super().write(vals)
        changed = self.browse().union(
            *(
                partner
                for partner, values in before.items()
                if values != [partner[name] for name in names]
            )
        )
        if changed:
            actions.filtered(
                lambda action: (action.contact_id | action.email_partner_id) & changed
            )._withdraw_approval(self.env._("Recipient"))
        return res

    def _recouvrement_approved_actions(self):
        """Actions to these contacts that somebody approved and that have not left."""
        actions = self.env["recouvrement.action"].sudo()
        return actions.search(
            [
                ("state", "=", "ready"),
                ("approver_id", "!=", False),
                "|",
                ("contact_id", "in", self.ids),
                ("partner_id", "in", self.ids),
            ]
        )
