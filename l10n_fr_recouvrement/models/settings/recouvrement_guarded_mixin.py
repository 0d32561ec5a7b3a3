from odoo import api, models
from odoo.exceptions import UserError

# Who follows a record and what is to be done on it; its messages are its history.
MAIL_FIELDS = {
    "message_follower_ids",
    "message_is_follower",
    "message_main_attachment_id",
    "message_partner_ids",
}


def get_given(model, vals_list):
    """Names of the fields that a call of ``create`` gives values to, by its values or
    by the defaults of its context."""
    given = {name for vals in vals_list for name in vals}
    given |= {
        key.removeprefix("default_")
        for key in model.env.context
        if key.startswith("default_")
    }
    return given


class RecouvrementGuardedMixin(models.AbstractModel):
    """Restricts what users write on a record to the fields of ``_get_editable``, and
    refuses its deletion where ``_get_unlink_error`` returns an error. Methods of its
    model write the rest as superuser."""

    _name = "recouvrement.guarded.mixin"
    _description = "Record that methods write"

    @api.model
    def _recouvrement_refused_defaults(self):
        """Names of the fields that no default of a user fills, see ``ir.default``."""
        return self._fields.keys()

    def write(self, vals):
        # EXTENDS base
        if not self.env.su:
            self.check_access("write")
            self._check_editable(vals)
        return super().write(vals)

    def _check_editable(self, vals):
        """Refuse users what is not theirs to change."""
        names = {
            name
            for name in vals
            if name not in MAIL_FIELDS and not name.startswith("activity_")
        }
        for record in self:
            locked = names - record._get_editable()
            if locked:
                raise UserError(record._explain_locked(locked))

    def _get_editable(self):
        """Names of the fields of this record that users may change now. Hook."""
        return set()

    def _explain_locked(self, names):
        """Why fields of this record do not change, and what to do instead. Hook."""
        return self.env._(
            "%s is written by the follow-up alone.", self.sudo().display_name
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_kept(self):
        if error := self._get_unlink_error():
            raise error

    def _get_unlink_error(self):
        """The error that deleting these records makes, if any. Hook."""
        return None
