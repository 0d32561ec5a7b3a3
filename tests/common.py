"""What every test starts from: a French company, its debtors and their invoices.

Tests read as examples of use: the helpers below speak the words of the trade.
"""

import io
import json
import re
from datetime import date, timedelta
from functools import cache
from unittest.mock import patch

from freezegun import api, freeze_time
from pypdf import PdfReader, PdfWriter
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from odoo.api import SUPERUSER_ID
from odoo.fields import Command
from odoo.models import BaseModel
from odoo.modules.registry import Registry
from odoo.tests import new_test_user, tagged
from odoo.tests.common import get_db_name

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.base.tests.common import BaseCommon
from odoo.addons.l10n_fr_recouvrement.models.evidence.recouvrement_enclosure import (
    FLAGS,
)

from .mail_server import MailServer

IBAN = "FR7630006000011234567890189"
BIC = "AGRIFRPP"


# Each time that it starts, freezegun looks for modules that changed by the names in
# each of the 2 600 that are loaded: their number says as much, in a third of the time.
api._get_module_attributes_hash = lambda module: f"{id(module)}-{len(vars(module))}"


class Printer:
    """What stands in for wkhtmltopdf; a test stops it to print for real."""

    def __init__(self, *patchers):
        self.patchers = patchers

    def start(self):
        for patcher in self.patchers:
            patcher.start()

    def stop(self):
        for patcher in self.patchers:
            patcher.stop()


class Printed:
    """What :class:`Printing` gives, of letters that are made already."""

    def __init__(self, pdfs):
        self.pdfs = list(pdfs)
        self.closed = False

    def result(self):
        return [self._write(pdf) for pdf in self.pdfs]

    def close(self):
        self.closed = True

    @staticmethod
    def _write(pdf):
        writer = PdfWriter()
        for page in PdfReader(io.BytesIO(pdf)).pages:
            writer.add_page(page)
        return writer


def blank_letter(title, pages=1):
    """A PDF that stands in for a letter."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4, invariant=1)
    canvas.setTitle(title)
    for number in range(1, pages + 1):
        canvas.drawString(72, 720, f"{title} {number}/{pages}")
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


# Where `./dev test` keeps what it made ready, and the company it made besides.
PREPARED = "recouvrement.tests.prepared"
SPARE = "company_2_data"


@cache
def read_prepared():
    """What :func:`dump` kept of the class that ``test_company.py`` set up, if any."""
    with Registry(get_db_name()).cursor() as cr:
        cr.execute("SELECT value FROM ir_config_parameter WHERE key = %s", [PREPARED])
        found = cr.fetchone()
    return json.loads(found[0]) if found else None


def dump(value):
    """A class attribute as JSON: records by model and ids, dicts of them as well."""
    if isinstance(value, BaseModel):
        return {"model": value._name, "ids": value.ids}
    if isinstance(value, dict):
        return {"items": {name: dump(item) for name, item in value.items()}}
    return {"value": value}


def load(env, stored):
    """The attribute that :func:`dump` kept."""
    if "model" in stored:
        return env[stored["model"]].browse(stored["ids"])
    if "items" in stored:
        return {name: load(env, item) for name, item in stored["items"].items()}
    return stored["value"]


@tagged("standard", "post_install", "-at_install")
class RecouvrementCase(AccountTestInvoicingCommon):
    """French company with its chart, a debtor of each profile and their procedures."""

    @classmethod
    @AccountTestInvoicingCommon.setup_country("fr")
    def setUpClass(cls):
        prepared = read_prepared()
        if prepared:
            super(BaseCommon, cls).setUpClass()
            cls._take_prepared(prepared)
        else:
            super().setUpClass()
            cls._prepare()
        cls._setup_letters_alone()
        # No letter is printed unless a test asks for it: most tests are about flow.
        cls.printer = cls.classPatch_letters()

    @classmethod
    def _prepare(cls):
        """Make what every class starts from, beyond what Odoo's own tests make."""
        cls.env.user.group_ids += cls.env.ref(
            "l10n_fr_recouvrement.group_recovery_manager"
        )
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.company = cls.company_data["company"]
        cls._setup_creditor(cls.company)
        cls.business = cls._create_debtor(
            "Menuiserie Exemple",
            is_company=True,
            vat="FR23334175221",
            company_registry="33417522101010",
        )
        cls.consumer = cls._create_debtor("Camille Fictif")
        cls.public_body = cls._create_debtor(
            "Commune de Testville", is_company=True, company_registry="21750001600019"
        )

    @classmethod
    def _take_prepared(cls, prepared):
        """Start from the records that `./dev test` made ready, as this class would have
        made them."""
        cls.env = cls.env(user=prepared["user"], context=prepared["context"])
        # as the making of a company leaves it, for the superuser of the transaction
        cls.env["res.users"].browse(SUPERUSER_ID).sudo().write(
            {"company_ids": [Command.link(cls.env.company.id)]}
        )
        for name, value in prepared["attributes"].items():
            setattr(cls, name, load(cls.env, value))
        cls.user = cls.env.user

    @classmethod
    def _create_company(cls, **values):
        """Another company with its chart: the one that is ready, where nothing but its
        name is asked."""
        ready = cls.env["res.company"].sudo().search([("name", "=", SPARE)], limit=1)
        if not ready or values.keys() != {"name"}:
            return super()._create_company(**values)
        ready.name = values["name"]
        for users in (cls.env.user, cls.env["res.users"].browse(SUPERUSER_ID)):
            users.sudo().write({"company_ids": [Command.link(ready.id)]})
        return ready.with_env(cls.env)

    @classmethod
    def classPatch_letters(cls):
        """Stand in for wkhtmltopdf, the outer edge, where the PDF is not the point: a
        letter is checked as any other, and goes alone."""
        service = type(cls.env["report.l10n_fr_recouvrement.report_letter"])
        enclosures = type(cls.env["recouvrement.enclosure"])
        printer = Printer(
            patch.object(
                service,
                "_begin_letters",
                lambda self, letters: Printed(
                    blank_letter(letter["reference"]) for letter in letters
                ),
            ),
            patch.object(enclosures, "_load", lambda self, _actions, _keep: ({}, {})),
        )
        printer.start()
        cls.addClassCleanup(printer.stop)
        return printer

    @classmethod
    def _setup_letters_alone(cls):
        """Most tests are about letters: no call or task comes between them, nothing is
        enclosed, and an old invoice goes straight to the letter it is about."""
        procedures = cls.env["recouvrement.procedure"].search([])
        procedures.late_entry = "reached"
        procedures.stage_ids.write(dict.fromkeys(FLAGS, False))
        procedures.stage_ids.filtered(lambda stage: stage.is_human).active = False

    @classmethod
    def _setup_creditor(cls, company):
        company.partner_id.write(
            {
                "street": "1 rue de l’Exemple",
                "zip": "69001",
                "city": "Lyon",
                "email": "compta@atelier.example.com",
                "phone": "01 99 00 12 34",
                "company_registry": "33417522101010",
            }
        )
        company.write(
            {
                "recouvrement_legal_form": "SARL",
                "recouvrement_share_capital": "50\u00a0000\u00a0€",
                "recouvrement_rcs_city": "Lyon",
                "recouvrement_signatory_name": "Dominique Gérant",
                "recouvrement_signatory_title": "Gérant",
                "recouvrement_bank_id": cls.env["res.partner.bank"]
                .create(
                    {
                        "acc_number": IBAN,
                        "partner_id": company.partner_id.id,
                        "bank_id": cls.env["res.bank"]
                        .create({"name": "Banque Exemple", "bic": BIC})
                        .id,
                    }
                )
                .id,
            }
        )

    @classmethod
    def _create_debtor(cls, name, **vals):
        """A customer one can write to."""
        slug = re.sub(r"[^\w'’-]+", ".", name.lower()).strip(".")
        return cls.env["res.partner"].create(
            {
                "name": name,
                "street": "2 allée des Essais",
                "zip": "75001",
                "city": "Paris",
                "country_id": cls.env.ref("base.fr").id,
                "email": f"{slug}@debiteur.example.com",
                **vals,
            }
        )

    @classmethod
    def _create_user(cls, login, groups):
        """A user of the company with some groups, in French."""
        cls.env["res.lang"]._activate_lang("fr_FR")
        return new_test_user(
            cls.env,
            login,
            groups=groups,
            lang="fr_FR",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def _invoice(cls, partner, amount, due, **vals):
        """Post an invoice of ``amount``, all taxes included, to be paid by ``due``."""
        due = date.fromisoformat(due) if isinstance(due, str) else due
        invoice_date = vals.pop("invoice_date", due - timedelta(days=30))
        move = cls.env["account.move"].create(
            {
                "move_type": vals.pop("move_type", "out_invoice"),
                "partner_id": partner.id,
                "invoice_date": invoice_date,
                "invoice_date_due": due,
                "company_id": cls.company.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Prestation",
                            "quantity": 1,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **vals,
            }
        )
        move.action_post()
        return move

    @classmethod
    def _invoice_in_two(cls, partner, amount, day, days):
        """Post an invoice paid by halves: on its date, and ``days`` later."""
        term = cls.env["account.payment.term"].create(
            {
                "name": "Deux fois",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 50, "nb_days": nb_days}
                    )
                    for nb_days in (0, days)
                ],
            }
        )
        return cls._invoice(
            partner, amount, day, invoice_date=day, invoice_payment_term_id=term.id
        )

    @classmethod
    def _credit_note(cls, partner, amount, day, **vals):
        return cls._invoice(
            partner, amount, day, move_type="out_refund", invoice_date=day, **vals
        )

    @classmethod
    def _receive(cls, partner, amount, day):
        """Receive money in the bank that nobody allocated yet."""
        statement_line = cls.env["account.bank.statement.line"].create(
            {
                "journal_id": cls.company_data["default_journal_bank"].id,
                "date": day,
                "payment_ref": f"Virement {partner.name}",
                "partner_id": partner.id,
                "amount": amount,
            }
        )
        _liquidity, suspense, _other = statement_line._seek_for_lines()
        suspense.account_id = partner.property_account_receivable_id
        return statement_line.move_id.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )

    @classmethod
    def _pay(cls, invoice, amount, day):
        """Receive money and allocate it to the invoice."""
        line = cls._receive(invoice.partner_id, amount, day)
        due_lines = invoice.line_ids.filtered(
            lambda due: due.display_type == "payment_term" and not due.reconciled
        )
        (line + due_lines).reconcile()
        return line

    @classmethod
    def _forget_terms(cls, invoice):
        """Make an invoice as it was before the module was installed."""
        cls.env.flush_all()
        cls.env.cr.execute(
            """UPDATE account_move SET recouvrement_profile = NULL,
                   recouvrement_procedure_id = NULL, recouvrement_next_date = NULL
                WHERE id = %s""",
            [invoice.id],
        )
        cls.env.invalidate_all()

    @classmethod
    def _run(cls, day, company=None):
        """Start the run of a day; return its actions."""
        with freeze_time(day):
            run = cls.env["recouvrement.run"].create(
                {"company_id": (company or cls.company).id}
            )
            run.action_start()
        return run.action_ids

    @classmethod
    def _approve_and_send(cls, actions, day):
        with freeze_time(day):
            actions.action_approve_and_send()

    @classmethod
    def _penalties(cls, invoice, day):
        """Bring the penalties of an invoice up to a day; return its lines."""
        cls.env.cr.flush()
        errors = invoice._recouvrement_refresh_penalties(date.fromisoformat(day))
        if errors:
            raise next(iter(errors.values()))
        return invoice.recouvrement_penalty_line_ids

    @classmethod
    def _amounts(cls, invoice, day):
        """Interest of an invoice, segment by segment, in text."""
        return [
            f"{line.amount:.2f}"
            for line in cls._penalties(invoice, day)
            if line.kind == "interest"
        ]

    def _start_mail_server(self):
        """A real SMTP server, to which Odoo sends its e-mails; see its class."""
        server = MailServer()
        self.addCleanup(server.stop)
        self.env["ir.mail_server"].search([]).active = False
        self.env["ir.mail_server"].create(
            {
                "name": "Local",
                "smtp_host": "127.0.0.1",
                "smtp_port": server.port,
                "smtp_encryption": "none",
            }
        )
        # Odoo's tests stand in for the connection: this one is the real thing.
        self.patch(
            type(self.env["ir.mail_server"]), "_disable_send", lambda self: False
        )
        return server

    def _holds(self, invoice):
        """The holds of an invoice, those that ended included."""
        return self.env["recouvrement.hold"].search([("move_ids", "in", invoice.ids)])

    def assertPenalties(self, invoice, expected):
        """Check ``[(from, to, days, rate, amount)]`` of the interest of an invoice."""
        lines = invoice.recouvrement_penalty_line_ids.filtered(
            lambda line: line.kind == "interest"
        )
        self.assertEqual(
            [
                (
                    line.date_from.isoformat(),
                    line.date_to.isoformat(),
                    line.days,
                    line.rate,
                    line.amount,
                )
                for line in lines
            ],
            expected,
        )
