"""Expressions that users write, evaluated by Odoo's own evaluator: nothing else calls
it."""

from odoo.tools import safe_eval

# What the conditions of Odoo's own filters may use to compute days.
DATE_TOOLS = {
    "datetime": safe_eval.datetime,
    "relativedelta": safe_eval.dateutil.relativedelta.relativedelta,
}


def evaluate(expression, values):
    """Return what an expression makes of ``values``, which it may change.

    :raise Exception: whatever the expression raises, or an evaluator that refuses it
    """
    return safe_eval.safe_eval(expression, values)
