from . import recouvrement_action_enclosures
from . import recouvrement_action_seal
from . import recouvrement_action_proof
from . import recouvrement_enclosure
from . import account_move
from . import ir_attachment
