from odoo import api, models
from odoo.tools import plaintext2html

from ...const import MANAGER

PLAIN_TASK = "mail.mail_activity_data_todo"


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

    @api.model
    def _get_activity_type(self, xmlid):
        """The type of an activity; that of a plain task where somebody deleted it."""
        return self.env.ref(xmlid, raise_if_not_found=False) or self.env.ref(PLAIN_TASK)

    def _ask_responsible(self, record, summary, note, kind=PLAIN_TASK):
        """Leave the responsible of the action something to do on a record.

        :param kind: external id of the type of the activity
        """
        record.sudo().activity_schedule(
            activity_type_id=self._get_activity_type(kind).id,
            summary=summary,
            note=note and plaintext2html(note),
            user_id=self._get_responsible().id,
        )
