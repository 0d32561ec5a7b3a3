from . import letter
from . import letter_document
from . import posting
from . import visit_notice
from . import statement_inputs
from . import statement
from . import proof_sheet
