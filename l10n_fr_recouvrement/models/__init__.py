# in this order: what a folder extends stands in one before it
from . import settings
from . import procedure
from . import account
from . import hold
from . import followup
from . import run
from . import action
from . import penalty
from . import letter
from . import evidence
from . import channel
