from odoo import models


class RecouvrementChannelRegistered(models.AbstractModel):
    """Registered letter with acknowledgement of receipt: it bears a number of the post,
    and the next stage counts from its presentation."""

    _name = "recouvrement.channel.registered"
    _description = "Recovery by registered letter"
    _inherit = "recouvrement.channel.letter"

    _is_registered = True
    _is_tracked = True
    _delivery_text = "registered"
    _proof_name = "lettre recommandée avec avis de réception"
    _posting_name = "Recommandé avec AR"
