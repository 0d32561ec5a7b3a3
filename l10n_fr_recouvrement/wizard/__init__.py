from . import recouvrement_run_wizard
from . import recouvrement_run_wizard_line
