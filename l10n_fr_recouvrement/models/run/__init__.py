from . import recouvrement_start
from . import recouvrement_run
from . import recouvrement_run_batch
