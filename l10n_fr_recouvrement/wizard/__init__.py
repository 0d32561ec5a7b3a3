from . import recouvrement_run_wizard
from . import recouvrement_run_wizard_line
from . import recouvrement_penalty_wizard_mixin
from . import recouvrement_waiver_wizard
from . import recouvrement_cost_wizard
from . import recouvrement_debit_wizard
from . import recouvrement_statement_wizard
