"""States of an action, grouped by what they mean to the rest of the follow-up."""

STATES = [
    ("todo", "To do"),
    ("to_approve", "To approve"),
    ("ready", "Ready"),
    ("failed", "Exception"),
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
CLOSED_STATES = (*CONTACTED_STATES, "cancelled")
# The post presents it to the debtor and tells when: that day may count.
REGISTERED_CHANNELS = ("registered", "lre")
# Carried out by a person, with an outcome, where the others leave by themselves.
HUMAN_CHANNELS = ("phone", "visit", "task")
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
