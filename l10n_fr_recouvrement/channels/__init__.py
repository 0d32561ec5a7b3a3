from . import recouvrement_channel
from . import recouvrement_channel_email
from . import recouvrement_channel_letter
from . import recouvrement_channel_registered
from . import recouvrement_channel_human
from . import recouvrement_channel_phone
from . import recouvrement_channel_visit
from . import recouvrement_channel_task
