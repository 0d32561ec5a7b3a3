from odoo import models
from odoo.tools import plaintext2html

from ...const import MANAGER


class RecouvrementAction(models.Model):
    """Chooses who is notified of what comes back of an action, and leaves them
    activities."""

    _inherit = "recouvrement.action"

    def _get_responsible(self):
        """Who is notified of what comes back: the responsible of the action, of the
        debtor, who approved it, else a manager; the first who may see the action.
        Hook."""
        self.ensure_one()
        action = self.sudo()
        users = (
            action.user_id | action.partner_id.recouvrement_user_id | action.approver_id
        )
        return (
            action._pick_user(users)
            or action._pick_user(self.env.ref(MANAGER).sudo().all_user_ids)
            or self.env.user
        )

    def _pick_user(self, users):
        """The first of ``users`` who works for the company and may see the action."""
        company = self.company_id
        for user in users:
            if (
                user.active
                and not user.share
                and company in user.company_ids
                and self.with_user(user).with_company(company).has_access("read")
            ):
                return user
        return users.browse()

    def _with_words_of(self, user):
        """The action in the language of whom it speaks to."""
        return self.with_context(lang=user.lang or self.env.lang)

    def _ask_responsible(self, record, summary, note, kind=None):
        """Leave the responsible of the action something to do on a record.

        :param kind: a ``mail.activity.type``, a plain task where there is none
        """
        kind = kind or self.env.ref("mail.mail_activity_data_todo")
        record.sudo().activity_schedule(
            activity_type_id=kind.id,
            summary=summary,
            note=note and plaintext2html(note),
            user_id=self._get_responsible().id,
        )
