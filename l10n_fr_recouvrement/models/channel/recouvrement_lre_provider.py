import logging

from psycopg2 import OperationalError

from odoo import api, models

from .lre import LreStatus, LreUnavailableError

_logger = logging.getLogger(__name__)


class RecouvrementLreProvider(models.AbstractModel):
    """What follow-up asks of a service of electronic registered letters: the base of
    every one.

    A service ``x`` is an AbstractModel ``recouvrement.lre.provider.x`` that inherits
    this one, and a value ``x`` of ``res.company.recouvrement_lre_provider``.
    The base is what a company has that chose none.
    """

    _name = "recouvrement.lre.provider"
    _description = "Service of electronic registered letters"

    @api.model
    def _check_ready(self, company):
        """Return what keeps a company from using the service, or nothing. Hook."""
        return self.env._(
            "Choose the service of electronic registered letters in the settings of "
            "debt recovery, or another channel, then check again."
        )

    @api.model
    def _get_key(self, action):
        """Name of one letter that the service must never send twice: the same however
        often it is asked, another one when somebody sends the letter again."""
        return f"{action.name}-{action.letter_sha256[:16]}-{action.carrier_round}"

    # ------------------------------------------------------------------
    # One letter: what a service defines
    # ------------------------------------------------------------------

    @api.model
    def _send_letter(self, action):
        """Hand one letter over, unless the service has it already. Hook.

        :return: :class:`~..lre.LreStatus`
        :raise LreUnavailableError: nobody knows whether it was handed over
        """
        raise NotImplementedError

    @api.model
    def _read_status(self, action):
        """Read where a letter stands. Hook.

        :return: :class:`~..lre.LreStatus`
        :raise LreUnavailableError: the service gives no status
        """
        raise NotImplementedError

    @api.model
    def _read_proof(self, action, kind):
        """Read a proof of a letter: ``deposit``, ``receipt``, ``refusal`` or
        ``unclaimed``. Hook.

        :return: a PDF as bytes, nothing while the service has none
        """
        raise NotImplementedError

    # ------------------------------------------------------------------
    # Several letters: to be extended where a service takes many at once
    # ------------------------------------------------------------------

    @api.model
    def _send(self, actions):
        """Hand letters over.

        :return: ``{action: LreStatus}``
        """
        return {action: self._ask(self._send_letter, action) for action in actions}

    @api.model
    def _poll(self, actions):
        """Read where letters stand.

        :return: ``{action: LreStatus}``
        """
        return {action: self._ask(self._read_status, action) for action in actions}

    @api.model
    def _ask(self, question, action):
        """Ask about one letter; what goes wrong is noted on it and stops no other."""
        try:
            return question(action)
        except OperationalError:
            raise  # the transaction is lost: the job starts again
        except LreUnavailableError as error:
            return LreStatus("", reason=str(error))
        except Exception as error:
            _logger.exception("Electronic registered letter %s", action.name)
            return LreStatus("", reason=str(error))
