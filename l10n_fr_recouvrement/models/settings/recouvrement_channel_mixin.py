from odoo import api, fields, models


def _trait(name, help_text):
    """Return a field: whether the channel of a record has a trait; it may be searched.

    :param name: name of the field: the channel's attribute has an underscore before
    """
    return fields.Boolean(
        compute="_compute_channel_traits",
        search=lambda self, operator, value: self._search_trait(name, operator, value),
        help=help_text,
    )


class RecouvrementChannelMixin(models.AbstractModel):
    """Record that has a channel: what views, filters and code ask of it is answered by
    the channel itself (``recouvrement.channel``), never by its name."""

    _name = "recouvrement.channel.mixin"
    _description = "Record with a channel"

    is_human = _trait("is_human", "A person carries it out: call, visit, task.")
    is_spoken = _trait("is_spoken", "Somebody speaks to the debtor: call, visit.")
    is_call = _trait("is_call", "A number is called.")
    has_letter = _trait("has_letter", "A letter goes with it.")
    is_paper = _trait("is_paper", "The letter is on paper.")
    is_printed = _trait("is_printed", "Somebody prints the letter and posts it.")
    is_registered = _trait("is_registered", "Presented by the post, which says when.")
    is_tracked = _trait("is_tracked", "The letter bears a registered number.")
    is_electronic = _trait("is_electronic", "Leaves by itself: the post has no part.")
    has_carrier = _trait("has_carrier", "A service posts the letter, and reports.")
    needs_template = _trait("needs_template", "Goes with the e-mail of the stage.")

    @api.depends("channel")
    def _compute_channel_traits(self):
        names = [
            name
            for name, field in self._fields.items()
            if field.compute == "_compute_channel_traits"
        ]
        channels = self.env["recouvrement.channel"]
        for code, records in self.grouped("channel").items():
            channel = channels._get(code)
            for name in names:
                records[name] = getattr(channel, f"_{name}")

    @api.model
    def _search_trait(self, name, operator, value):
        if operator != "in":
            return NotImplemented
        codes = set()
        for wanted in value:
            codes.update(
                self.env["recouvrement.channel"]._get_codes(name, bool(wanted))
            )
        return [("channel", "in", sorted(codes))]

    def _channel_handler(self):
        """Return the channel of this record, a model of ``recouvrement.channel``."""
        self.ensure_one()
        return self.env["recouvrement.channel"]._get(self.channel)
