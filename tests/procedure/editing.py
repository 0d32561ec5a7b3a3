"""What the tests of texts start from: stages that a manager words."""

from odoo.fields import Command

from ..common import RecouvrementCase

MODULE = "l10n_fr_recouvrement"


class EditingCase(RecouvrementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reminder = cls.env.ref(f"{MODULE}.stage_business_reminder")
        cls.second = cls.env.ref(f"{MODULE}.stage_business_second")
        cls.notice = cls.env.ref(f"{MODULE}.stage_business_notice")
        cls.template = cls.env.ref(f"{MODULE}.mail_template_letter")
        cls.manager = cls._create_user(
            "responsable",
            f"{MODULE}.group_recovery_manager,account.group_account_invoice",
        )
        cls.officer = cls._create_user("charge", f"{MODULE}.group_recovery_officer")

    @classmethod
    def _only_editors_write_templates(cls):
        """As where the settings restrict templates to the group for it."""
        cls.env["ir.config_parameter"].set_param("mail.restrict.template.rendering", 1)
        cls.env.ref("mail.group_mail_template_editor").implied_by_ids = [
            Command.clear()
        ]
