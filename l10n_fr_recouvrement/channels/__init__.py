from . import recouvrement_channel
from . import recouvrement_channel_email
from . import recouvrement_channel_letter
from . import recouvrement_channel_registered
