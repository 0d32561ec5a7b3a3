"""E-mails that leave by a real mail server, and come back."""

from odoo.tools import mute_logger

from ..common import RecouvrementCase

DAY = "2026-05-05"
QUEUE_LOGGERS = (
    "odoo.addons.mail.models.mail_mail",
    "odoo.addons.base.models.ir_mail_server",
)


class EmailCase(RecouvrementCase):
    """A company whose answers and returns come back to Odoo, and a mail server."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.domain = cls.env["mail.alias.domain"].create(
            {
                "name": "atelier.example.com",
                "catchall_alias": "reponses",
                "bounce_alias": "retours",
            }
        )
        cls.company.alias_domain_id = cls.domain
        cls.officer = cls._create_user(
            "relance", "l10n_fr_recouvrement.group_recovery_officer"
        )

    def setUp(self):
        super().setUp()
        self.server = self._start_mail_server()
        self.queue = self.env["mail.mail"].sudo()

    def _prepare(self, *debtors):
        for debtor in debtors or [self.business]:
            self._invoice(debtor, 100, "2026-04-29")
        return self._run(DAY)

    def _send(self, *debtors, **vals):
        """Actions whose e-mails wait in the queue."""
        actions = self._prepare(*debtors)
        actions.write(vals)
        self._approve_and_send(actions, DAY)
        return actions

    def _deliver(self, *debtors, **vals):
        """Actions whose e-mails have left, and the message that the first one got."""
        actions = self._send(*debtors, **vals)
        self._work_queue()
        return actions, self.server.sent_to(actions[0].email_to)[0]

    def _work_queue(self, after=None):
        """What Odoo's job does every hour, some time from now."""
        if after:
            # Clocks of the mail server do not stand still: the mails grow older.
            self.env.flush_all()
            self.env.cr.execute(
                """UPDATE mail_mail SET scheduled_date = scheduled_date - %(after)s,
                       create_date = create_date - %(after)s""",
                {"after": after},
            )
            self.env.invalidate_all()
        with mute_logger(*QUEUE_LOGGERS):
            self.queue.process_email_queue()
        self.env.invalidate_all()

    def _receive_email(self, source):
        """What the mail gateway does with a message that comes in."""
        self.env["mail.thread"].sudo().message_process(None, source)
        self.env.invalidate_all()

    def _tasks(self, record):
        return record.activity_ids.filtered("automated")
