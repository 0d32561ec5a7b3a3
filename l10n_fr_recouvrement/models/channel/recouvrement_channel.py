from odoo import api, models


class RecouvrementChannel(models.AbstractModel):
    """How an action leaves the house: the base of every channel.

    A channel ``x`` is an AbstractModel ``recouvrement.channel.x`` that inherits this
    one, and a value ``x`` added to the selection ``recouvrement.stage.channel``.
    """

    _name = "recouvrement.channel"
    _description = "Recovery channel"

    @api.model
    def _check_deliverable(self, actions):
        """Say what keeps actions from leaving. Hook.

        :return: ``{action: reason in words}`` for those that cannot leave
        """
        return {}

    @api.model
    def _is_printed(self):
        """Whether somebody prints the letters and posts them. Hook."""
        return False

    @api.model
    def _deliver(self, actions):
        """Make the actions leave; their letters are frozen. Hook."""

    @api.model
    def _carry_out(self, actions):
        """Freeze the letters, deliver them and close the actions.

        :return: the actions that were sent
        """
        frozen = actions._freeze_letters()
        self._deliver(frozen)
        frozen._mark_sent()
        return frozen
