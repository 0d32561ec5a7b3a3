from dataclasses import dataclass

from odoo import api, models
from odoo.tools import str2bool

from . import ecb_rates

# All of them begin with it: they leave with the module.
PREFIX = "l10n_fr_recouvrement."


@dataclass(frozen=True)
class Parameter:
    """A value stored for the whole database.

    :param default: what holds while nothing is stored; its type is that of the value
    :param meaning: what it is for
    """

    name: str
    default: str | bool | int
    meaning: str

    @property
    def key(self):
        return PREFIX + self.name

    def parse(self, text):
        """The stored text as a value of this parameter's type, the default where it is
        none.

        >>> Parameter("a", 7, "").parse("12"), Parameter("a", 7, "").parse("many")
        (12, 7)
        >>> Parameter("a", True, "").parse("False"), Parameter("a", "", "").parse("x")
        (False, 'x')
        """
        if isinstance(self.default, bool):
            return str2bool(text, self.default)
        try:
            return type(self.default)(text)
        except ValueError:
            return self.default


ECB_FETCH = Parameter(
    "ecb_fetch", False, "Whether the daily job asks the ECB for its rate."
)
ECB_URL = Parameter(
    "ecb_url", ecb_rates.BASE_URL, "Where the data service of the ECB is asked."
)
PARAMETERS = (ECB_FETCH, ECB_URL)


class IrConfigParameter(models.Model):
    """Reads the stored parameters of this module, each with its type."""

    _inherit = "ir.config_parameter"

    @api.model
    def _recouvrement_get(self, parameter):
        """Return the value of a :class:`Parameter`."""
        text = self.sudo().get_param(parameter.key)
        return parameter.parse(text) if text else parameter.default
