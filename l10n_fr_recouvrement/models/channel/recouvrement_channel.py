from odoo import api, models


class RecouvrementChannel(models.AbstractModel):
    """How an action leaves the house: the base of every channel.

    A channel ``x`` is an AbstractModel ``recouvrement.channel.x`` that inherits this
    one, and a value ``x`` added to the selection ``recouvrement.stage.channel``. Its
    traits are the attributes below: whoever needs one asks the channel, or the field of
    the same name on actions and stages (``recouvrement.channel.mixin``).
    """

    _name = "recouvrement.channel"
    _description = "Recovery channel"

    # A person carries it out and notes an outcome; the others leave by themselves.
    _is_human = False
    # Somebody speaks to the debtor: there is somebody to ask for, who may promise.
    _is_spoken = False
    # A number is called: nobody may answer, or it may be wrong.
    _is_call = False
    # It reaches the debtor. What does not, such as the decision on what follows, goes
    # with no other stage.
    _is_contact = True
    # A letter is made, kept and sealed.
    _has_letter = True
    # The letter is on paper, whoever prints it.
    _is_paper = False
    # Somebody here prints the letters and posts them.
    _is_printed = False
    # Presented by the post, which says when: the next stage, and the interest of a
    # consumer, count from that day.
    _is_registered = False
    # The letter bears a number of the post, which somebody enters or reads from a file.
    _is_tracked = False
    # Leaves by itself as a message: the post has no part, and brings nothing back.
    _is_electronic = False
    # A service posts the letters and reports what became of them: see
    # `_follow_carried`.
    _has_carrier = False
    # That service tries again by itself what it could not post.
    _recovers = False
    # External id of the scheduled job by which it leaves; empty where it leaves at once
    # or somebody carries it.
    _job = ""
    # Goes with the e-mail of the stage.
    _needs_template = False
    # What leaves is limited in size, as e-mails are.
    _is_size_limited = False
    # Leaves by the daily job, where the stage needs no approval.
    _is_automatic = False
    # Names its sender: the particulars that a company must state must be known.
    _needs_identity = True
    # What came back was presented all the same: it puts in default.
    _counts_when_returned = True
    # Line of the letter on how it travels: the name of a text of `paper.words`.
    _delivery_text = ""
    # Names in French, on the proof sheet and on the list of letters to post; without
    # one, the channel's own.
    _proof_name = ""
    _posting_name = ""

    # ------------------------------------------------------------------
    # Which channels there are
    # ------------------------------------------------------------------

    @api.model
    def _get(self, code):
        """The channel of a name; this base where there is none, as of an addon that is
        gone."""
        name = f"recouvrement.channel.{code}"
        return self.env[name if name in self.env else "recouvrement.channel"]

    @api.model
    def _get_all(self):
        """``{name: channel}``, in the order of the screens."""
        values = self.env["recouvrement.stage"]._fields["channel"].get_values(self.env)
        return {code: self._get(code) for code in values}

    @api.model
    def _get_codes(self, trait, value=True):
        """Names of the channels that have a trait, for SQL and domains: asks the
        database nothing.

        :param trait: name of the attribute, without its underscore
        :param value: ``False``, those that have it not
        """
        return [
            code
            for code, channel in self._get_all().items()
            if bool(getattr(channel, f"_{trait}")) is value
        ]

    # ------------------------------------------------------------------
    # Leaving
    # ------------------------------------------------------------------

    @api.model
    def _check_deliverable(self, actions):
        """Check what keeps actions from leaving. Hook.

        :return: ``{action: reason}`` for those that cannot leave
        """
        if (
            self._name == "recouvrement.channel"
        ):  # what `_get` gives for one that is gone
            reason = self.env._(
                "Its channel is not installed any more: choose another one, then "
                "check again."
            )
            return dict.fromkeys(actions, reason)
        return {}

    @api.model
    def _deliver(self, actions):
        """Make the actions leave; their letters are frozen. Hook."""

    @api.model
    def _carry_out(self, actions):
        """Freeze the letters, deliver them and close the actions.

        :return: the actions that were sent
        """
        frozen = actions._freeze_letters() if self._has_letter else actions
        self._deliver(frozen)
        frozen._mark_sent()
        return frozen

    # ------------------------------------------------------------------
    # Services that post
    # ------------------------------------------------------------------

    @api.model
    def _follow_carried(self, actions):
        """Hand over the letters that wait, ask what became of the others: called by the
        job, for actions of one company with ``carrier_state``. Hook."""

    @api.model
    def _post_again(self, actions):
        """Prepare letters that were not posted to be handed over once more. Hook."""

    # ------------------------------------------------------------------
    # Its texts on screen
    # ------------------------------------------------------------------

    @api.model
    def _get_send_label(self, is_approved):
        """What the button that sends is called; empty, there is none. Views are kept by
        language: no other name for some users or companies. Hook.

        :param is_approved: whether the action was approved, which the button else does
        """
        return self.env._("Send") if is_approved else self.env._("Approve and send")

    @api.model
    def _get_send_question(self):
        """What is asked before it is sent. Hook."""
        return self.env._(
            "The letter is kept as sent, and the service posts it. Send it now?"
        )

    @api.model
    def _get_what_follows(self):
        """What becomes of what is sent, and what is left for somebody to do."""
        if self._is_printed and self._is_tracked:
            return self.env._("Printed now: post them, then enter their numbers.")
        if self._is_printed:
            return self.env._("Printed now: post them today.")
        if self._has_carrier:
            return self.env._("Handed to the service, which posts them.")
        return self.env._("Leave at once.")

    @api.model
    def _get_sent_text(self):
        """Text of the message after sending, with ``%s`` for their number; channels
        that have the same are counted together. Hook."""
        label = dict(
            self.env["recouvrement.stage"]
            ._fields["channel"]
            ._description_selection(self.env)
        ).get(self._get_code(), "")
        return self.env._(
            "Sent by “%(channel)s”: %(count)s.",
            channel=label.replace("%", "%%"),
            count="%s",
        )

    @api.model
    def _get_code(self):
        """Name of this channel."""
        return self._name.removeprefix("recouvrement.channel.")

    @api.model
    def _prepare_sent_events(self, action):
        """How the proof sheet reports that it was sent, in French. Hook.

        :return: ``[(when, what, detail)]``, all text
        """
        sheet = self.env["report.l10n_fr_recouvrement.report_proof"]
        towards = sheet._get_towards(sheet._get_channel(action), action.email_to)
        events = [(sheet._format_day(action.date_sent), "Envoyée", towards)]
        if self._is_tracked:
            number = action.tracking_number or "non saisi"
            events.append(("", "N° de recommandé", number))
        if action.carrier_reference:
            events.append(("", "Référence du service", action.carrier_reference))
        return events
