from . import recouvrement_penalty_engine
from . import recouvrement_penalty_line
from . import recouvrement_waiver
from . import recouvrement_judgment
from . import account_move
from . import account_move_public
from . import account_move_line
from . import account_partial_reconcile
