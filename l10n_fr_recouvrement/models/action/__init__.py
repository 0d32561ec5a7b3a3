from . import recouvrement_action
from . import recouvrement_action_work
from . import recouvrement_action_outcome
from . import recouvrement_action_sheet
from . import recouvrement_action_events
from . import recouvrement_action_line
from . import recouvrement_action_today
