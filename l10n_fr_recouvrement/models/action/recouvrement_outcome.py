from odoo import api, models


class RecouvrementOutcome(models.AbstractModel):
    """What may come of a call, a visit or a task: the base of every outcome.

    An outcome ``x`` is an AbstractModel ``recouvrement.outcome.x`` that inherits this
    one, and a value ``x`` added to the selection ``recouvrement.action.outcome``: its
    button, what the assistant asks and what follows come with it.
    """

    _name = "recouvrement.outcome"
    _description = "Outcome of a recovery action"

    # The debtor said by when it pays, and how much: the assistant asks the amount.
    _is_promise = False
    # The assistant asks by which day.
    _asks_day = False
    # The assistant asks which invoices it is about.
    _asks_moves = False
    # The note cannot be left empty.
    _needs_note = False
    # Its button stands out.
    _is_primary = False
    # Name in French, on the proof sheet; without one, the outcome's own.
    _proof_name = ""

    @api.model
    def _get(self, code):
        """The outcome of a name; this base where there is none, as of an addon that is
        gone."""
        name = f"recouvrement.outcome.{code}"
        return self.env[name if name in self.env else "recouvrement.outcome"]

    @api.model
    def _get_all(self):
        """``{name: outcome}``, in the order of the screens."""
        values = self.env["recouvrement.action"]._fields["outcome"].get_values(self.env)
        return {code: self._get(code) for code in values}

    @api.model
    def _get_label(self):
        """What it is called on screens."""
        selection = self.env["recouvrement.action"]._fields["outcome"]
        labels = dict(selection._description_selection(self.env))
        return labels.get(self._name.removeprefix("recouvrement.outcome."), "")

    # ------------------------------------------------------------------
    # What is asked
    # ------------------------------------------------------------------

    @api.model
    def _is_offered(self, channel):
        """Whether a channel that a person carries out offers it. Hook.

        :param channel: its service, see ``recouvrement.channel`` for the traits
        """
        return True

    @api.model
    def _get_button_label(self):
        """What its button is called: the same for all users and companies. Hook."""
        return self._get_label()

    @api.model
    def _get_hint(self):
        """Text of the assistant on what follows. Hook."""
        return ""

    @api.model
    def _get_default_day(self, action):
        """Day that the assistant proposes. Hook."""
        return action.company_id._recouvrement_today()

    @api.model
    def _prepare_values(self, wizard):
        """What the assistant gives besides the note. Hook.

        :return: keywords of ``_record_outcome``: ``promise_date``, ``promise_amount``,
            ``moves``
        :raise UserError: something is missing
        """
        return {}

    # ------------------------------------------------------------------
    # What follows
    # ------------------------------------------------------------------

    @api.model
    def _apply(self, action, moves):
        """Do what follows, once the outcome and the note are kept. Hook; here the
        action is done and its invoices go on.

        :param moves: invoices that it is about, where the assistant asks them
        """
        action._mark_done()
