from copy import deepcopy

from odoo import api, models

# Where the form has one button for all channels, or for all outcomes.
SEND = "//header/button[@name='action_approve_and_send']"
OUTCOME = "//header/button[@name='action_outcome']"


class RecouvrementAction(models.Model):
    """The buttons of the form that channels and outcomes bring with them, under the
    names that they give themselves."""

    _inherit = "recouvrement.action"

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        # EXTENDS base
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form":
            self._set_buttons(arch, SEND, self._prepare_send_buttons())
            self._set_buttons(arch, OUTCOME, self._prepare_outcome_buttons())
        return arch, view

    @api.model
    def _set_buttons(self, arch, path, buttons):
        """Put buttons in the place of the one that stands for all of them.

        :param buttons: attributes of each
        """
        for model in arch.xpath(path)[:1]:
            for attributes in buttons:
                button = deepcopy(model)
                button.attrib.update(attributes)
                model.addprevious(button)
            model.getparent().remove(model)

    @api.model
    def _prepare_send_buttons(self):
        """Attributes of the buttons that send; channels that word theirs alike share
        it."""
        shared = {}
        for state in ("to_approve", "ready"):
            for code, channel in self.env["recouvrement.channel"]._get_all().items():
                label = channel._get_send_label(state == "ready")
                if label:
                    key = (state, label, channel._get_send_question())
                    shared.setdefault(key, []).append(code)
        return [
            {
                "string": label,
                "confirm": question,
                "invisible": f"state != '{state}' or channel not in {codes}",
            }
            for (state, label, question), codes in shared.items()
        ]

    @api.model
    def _prepare_outcome_buttons(self):
        """Attributes of the button of each outcome, on the channels that offer it."""
        channels = [
            (code, channel)
            for code, channel in self.env["recouvrement.channel"]._get_all().items()
            if channel._is_human
        ]
        buttons = []
        for name, outcome in self.env["recouvrement.outcome"]._get_all().items():
            codes = [code for code, channel in channels if outcome._is_offered(channel)]
            style = "btn-primary " if outcome._is_primary else ""
            buttons.append(
                {
                    "string": outcome._get_button_label(),
                    "args": f"['{name}']",
                    "class": f"{style}o_recouvrement_{name}",
                    "invisible": f"state != 'todo' or channel not in {codes}",
                }
            )
        return buttons
