from . import recouvrement_procedure
from . import recouvrement_text_mixin
from . import recouvrement_text_check
from . import recouvrement_stage
from . import recouvrement_stage_text
from . import recouvrement_stage_edit
from . import mail_template
