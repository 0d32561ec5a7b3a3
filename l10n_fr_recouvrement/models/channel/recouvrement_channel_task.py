from odoo import models


class RecouvrementChannelTask(models.AbstractModel):
    """Anything else that somebody does, and says when it is done."""

    _name = "recouvrement.channel.task"
    _description = "Recovery by a task"
    _inherit = "recouvrement.channel.human"

    _is_contact = False
    _proof_name = "tâche"
