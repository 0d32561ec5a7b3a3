"""The rate that a contract sets, wherever it is entered."""

from odoo.exceptions import ValidationError

# In percent a year: more is a slip, and makes penalties that no letter can print.
MAX_RATE = 1000


def check_contract_rate(records):
    """Refuse rates that no contract sets."""
    for record in records:
        if not 0 <= record.recouvrement_contract_rate < MAX_RATE:
            raise ValidationError(
                record.env._(
                    "%(record)s: the rate of a contract is given in percent a year, "
                    "from 0 to %(limit)s.",
                    record=record.display_name,
                    limit=MAX_RATE,
                )
            )
