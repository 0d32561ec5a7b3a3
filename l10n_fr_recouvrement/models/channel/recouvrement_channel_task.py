from odoo import models


class RecouvrementChannelTask(models.AbstractModel):
    """Any other task of a person, which is no contact with the debtor."""

    _name = "recouvrement.channel.task"
    _description = "Recovery by a task"
    _inherit = "recouvrement.channel.human"

    _is_contact = False
    _proof_name = "tâche"
