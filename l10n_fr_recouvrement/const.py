"""Names that every part of follow-up shares: groups, states, choices.

Nothing is imported here."""

# In the order of the work: what is corrected comes back to be approved, what is
# approved leaves, and the calls take the rest of the morning.
STATES = [
    ("failed", "Exception"),
    ("to_approve", "To approve"),
    ("ready", "Ready"),
    ("todo", "To do"),
    ("sent", "Sent"),
    ("delivered", "Delivered"),
    ("returned", "Returned"),
    ("done", "Done"),
    ("cancelled", "Cancelled"),
]
# Waits for somebody, or for the job that sends: its debtor gets no other action.
PENDING_STATES = ("todo", "to_approve", "ready", "failed")
# The debtor was contacted: it counts, and is kept as proof.
CONTACTED_STATES = ("sent", "delivered", "returned", "done")
# A letter left.
LETTER_STATES = ("sent", "delivered", "returned")
CLOSED_STATES = (*CONTACTED_STATES, "cancelled")
# States that an action is made in.
FIRST_STATES = ("to_approve", "ready", "todo")
# What may follow each state. One that waits may be set anew, as a stage that falls back
# or another reason does; what left changes by what the post reports alone.
TRANSITIONS = {
    "failed": ("failed", "to_approve", "todo", "cancelled"),
    "to_approve": ("to_approve", "ready", "todo", "failed", "cancelled"),
    "ready": ("ready", "to_approve", "todo", "failed", "sent", "cancelled"),
    "todo": ("todo", "to_approve", "ready", "failed", "done", "cancelled"),
    "sent": ("delivered", "returned"),
    "delivered": ("sent", "returned"),
    "returned": ("sent",),
    "done": (),
    "cancelled": (),
}
# Lines of an action that are owed; the others are deducted.
DEBIT_KINDS = ("invoice", "entry")
RETURN_REASONS = [
    ("refused", "Refused"),
    ("unclaimed", "Not collected"),
    ("unknown", "Unknown at this address"),
]
# What the file of a sealed piece is found to be, against its fingerprint.
INTACT, ALTERED, LOST = "intact", "altered", "lost"

FOLLOWED_TYPES = ("out_invoice", "out_receipt")
CHASED_PAYMENT_STATES = ("not_paid", "partial")
SETTLED_PAYMENT_STATES = ("paid", "reversed", "invoicing_legacy")
# Who reads follow-up: those who read accounting, and not the customer on the portal.
ACCOUNTING = "account.group_account_invoice,account.group_account_readonly"
OFFICER = "l10n_fr_recouvrement.group_recovery_officer"
MANAGER = "l10n_fr_recouvrement.group_recovery_manager"
# Frozen when an invoice is posted, changed with a trace by who is in charge.
RATE_FIELDS = {
    "recouvrement_rate_basis",
    "recouvrement_contract_rate",
    "recouvrement_below_floor",
    "recouvrement_public_delay",
    "recouvrement_request_date",
}

RATE_BASES = [
    ("ecb", "ECB rate + 10 points (rate by default)"),
    ("legal", "3 × legal interest rate"),
    ("contract", "Fixed rate of the contract"),
    ("printed", "Rate printed on the invoice"),
]
BELOW_FLOOR = [
    ("floor", "Apply the floor: 3 × legal interest rate"),
    ("default", "Apply the rate by default: ECB rate + 10 points"),
    ("contract", "Apply the rate of the contract all the same"),
]
PUBLIC_DELAYS = [
    ("state", "30 days: State, local authorities and their establishments"),
    ("health", "50 days: public health establishments"),
    ("undertaking", "60 days: other public undertakings"),
]

CREDIT_EFFECTS = [
    ("correction", "Corrects the price: as if from the start"),
    ("gesture", "Commercial gesture: from its date"),
]

# States of a penalty that neither a debit note nor a waiver has settled.
DUE_STATES = ("accrued", "claimed")

PROFILES = [
    ("business", "Business"),
    ("consumer", "Consumer"),
    ("public", "Public body"),
]

WATCHED = "recouvrement.watched"

REPORT = "l10n_fr_recouvrement.report_letter"
# The same without what is enclosed.
REPORT_ALONE = "l10n_fr_recouvrement.report_letter_alone"

PROOF_REPORT = "l10n_fr_recouvrement.report_proof"

VISIT_REPORT = "l10n_fr_recouvrement.report_visit_notice"
