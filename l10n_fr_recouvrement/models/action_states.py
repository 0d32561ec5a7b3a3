"""States of an action, grouped by what they mean to the rest of the follow-up."""

# In the order of the work: what is mended comes back to be approved, what is approved
# leaves, and the calls take the rest of the morning.
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
# The post presents it to the debtor and tells when: that day may count.
REGISTERED_CHANNELS = ("registered", "lre")
# Carried out by a person, with an outcome, where the others leave by themselves.
HUMAN_CHANNELS = ("phone", "visit", "task")
# Lines of an action that are owed; the others are deducted.
DEBIT_KINDS = ("invoice", "entry")
# Leave by themselves: nothing is printed to be posted.
ELECTRONIC_CHANNELS = ("email", "sms")
# Carry no letter.
LETTERLESS_CHANNELS = (*HUMAN_CHANNELS, "sms")
# What came of a call, a visit or a task.
OUTCOMES = [
    ("promise", "Promise to pay"),
    ("pays_today", "Pays today"),
    ("dispute", "Dispute"),
    ("no_answer", "No answer"),
    ("wrong_number", "Wrong number"),
    ("done", "Done"),
]
# The debtor said by when it pays.
PROMISES = ("promise", "pays_today")
RETURN_REASONS = [
    ("refused", "Refused"),
    ("unclaimed", "Not collected"),
    ("unknown", "Unknown at this address"),
]
# What the file of a sealed piece is found to be, against its fingerprint.
INTACT, ALTERED, LOST = "intact", "altered", "lost"
