"""What tests of charging and forgiving penalties start from."""

from freezegun import freeze_time

from ..common import RecouvrementCase
from ..hooks import Extending

TODAY = "2026-10-15"


class ChargingCase(Extending, RecouvrementCase):
    """An invoice late since the summer, whose penalties are up to date today."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.startClassPatcher(freeze_time(TODAY))
        cls.invoice = cls._invoice(cls.business, 5400, "2026-05-31")
        cls._penalties(cls.invoice, TODAY)

    def _open(self, records, method):
        action = getattr(records, method)()
        return self.env[action["res_model"]].browse(action["res_id"])

    def _charge(self, records, **vals):
        wizard = self._open(records, "action_recouvrement_charge")
        wizard.write(vals)
        action = wizard.action_charge()
        if action.get("res_id"):
            return self.env["account.move"].browse(action["res_id"])
        return self.env["account.move"].search(action["domain"])

    def _states(self, invoice):
        return {
            (line.kind, line.state) for line in invoice.recouvrement_penalty_line_ids
        }
