"""An action to work on, and who works on it."""

from ast import literal_eval

from freezegun import freeze_time
from lxml import etree

from ..common import RecouvrementCase

OFFICER = "l10n_fr_recouvrement.group_recovery_officer"
MANAGER = "l10n_fr_recouvrement.group_recovery_manager"


class ActionCase(RecouvrementCase):
    """A business reminder made by phone, its caller, and the officer who calls."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stage = cls.env.ref("l10n_fr_recouvrement.stage_business_reminder")
        cls.officer = cls._create_user("relance", OFFICER)
        cls.colleague = cls._create_user("collegue", OFFICER)
        cls.manager = cls._create_user("responsable", MANAGER)
        cls.accountant = cls._create_user("comptable", "account.group_account_user")
        cls.invoicing = cls._create_user("facturation", "account.group_account_invoice")
        cls.auditor = cls._create_user("auditeur", "account.group_account_readonly")
        cls.business.write(
            {"phone": "01 99 00 11 22", "recouvrement_user_id": cls.officer.id}
        )

    def _prepare(self, channel, amount=100, due="2026-05-01", day="2026-05-05"):
        """An invoice and the action of its first stage, by a channel."""
        self.stage.channel = channel
        self.invoice = self._invoice(self.business, amount, due)
        return self._run(day)

    def _conclude(self, action, outcome, day, user=None, **vals):
        """Click on an outcome, fill in the assistant and confirm."""
        with freeze_time(day):
            action = action.with_user(user or self.officer)
            opened = action.action_outcome(outcome)
            wizard = (
                self.env[opened["res_model"]]
                .with_user(user or self.officer)
                .with_context(**opened["context"])
                .create(vals)
            )
            wizard.action_confirm()
            # a request of one user ends before that of another
            wizard.env.flush_all()
        return wizard

    def _todo(self, day):
        """What the list “To do today” shows."""
        view = self.env["recouvrement.action"].get_view(view_type="search")
        domain = etree.fromstring(view["arch"]).find(".//filter[@name='today']")
        with freeze_time(day):
            return self.env["recouvrement.action"].search(
                [
                    *literal_eval(domain.get("domain")),
                    ("company_id", "=", self.company.id),
                ]
            )
