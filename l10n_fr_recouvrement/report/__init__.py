from . import letter
from . import statement_inputs
from . import statement
