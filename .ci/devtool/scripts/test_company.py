"""The company of the tests, as Odoo's own tests make it for each class: made once here,
since loading a chart of accounts takes longer than most tests.

The tests find it by its name, see ``RecouvrementCase.setup_independent_company``.
"""

from odoo.tools import config

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


class Preparation(AccountTestInvoicingCommon):
    country_code = "FR"


# as in a test, no module is installed because of the country
config["test_enable"] = True
Preparation.env = env(context=Preparation.default_env_context())
company = Preparation.setup_independent_company()
# who makes a company belongs to it: tests without it must not find it in theirs
env.user.company_ids -= company
env.cr.commit()
