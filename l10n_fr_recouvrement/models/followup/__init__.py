from . import recouvrement_engine
from . import recouvrement_engine_past
from . import recouvrement_start
from . import recouvrement_run
from . import recouvrement_run_batch
from . import account_move
from . import account_move_events
from . import res_partner
