from . import recouvrement_action_letter
from . import recouvrement_action_request
from . import recouvrement_letter_request
from . import recouvrement_preview
from . import ir_actions_report
