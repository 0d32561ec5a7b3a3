"""What every class of the tests starts from, made once here as a class would: Odoo's
own records, the company with its chart of accounts, its debtors, another company.

Making it takes longer than most tests. A class finds it by what is kept of it, see
``RecouvrementCase._take_prepared``.
"""

import json
import sys
from unittest.mock import patch

from odoo.tests import TransactionCase
from odoo.tools import config

sys.path.insert(0, ".")
from tests.common import PREPARED, SPARE, RecouvrementCase, dump  # noqa: E402


class Preparation(RecouvrementCase):
    """The class that makes it: in the transaction of this script."""


def begin(cls):
    cls.env = env(context=cls.default_env_context())
    cls.registry, cls.cr = env.registry, env.cr


def nothing(cls):
    pass


# as in a test, no module is installed because of the country
config["test_enable"] = True
own = set(vars(Preparation))
with (
    patch.object(TransactionCase, "setUpClass", classmethod(begin)),
    patch("tests.common.read_prepared", lambda: None),
    patch.object(RecouvrementCase, "_setup_letters_alone", classmethod(nothing)),
    patch.object(RecouvrementCase, "classPatch_letters", classmethod(nothing)),
):
    Preparation.setUpClass()
    spare = super(RecouvrementCase, Preparation)._create_company(name=SPARE)
attributes = {
    name: dump(value)
    for name, value in vars(Preparation).items()
    if name not in own | {"cr", "env", "printer", "registry", "user"}
}
made = Preparation.env
# who makes a company belongs to it: tests without it must not find it in theirs
made.user.sudo().company_ids -= spare
env.user.company_ids -= spare | made.company
env["ir.config_parameter"].set_param(
    PREPARED,
    json.dumps(
        {"user": made.uid, "context": dict(made.context), "attributes": attributes}
    ),
)
env.cr.commit()
