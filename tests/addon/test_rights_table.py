"""Who may do what: each right is tried, by each kind of user, and compared with the one
table of ``doc/rights.md``.

What is new to the addon, a model, a field on a record of Odoo, a method that can be
called from outside, a report, fails here until the table has its row.
"""

import re
from functools import cache

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.l10n_fr_recouvrement.models.settings import (
    recouvrement_guarded_mixin as guarded_mixin,
)

from ..common import RecouvrementCase
from ..odoo_process import ADDON, REPOSITORY

TABLE = REPOSITORY / "doc" / "rights.md"
MODULE = f"odoo.addons.{ADDON}."
DAY = "2026-05-18"
OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}
# Kinds of users that have columns, those that have no right at all, and their groups.
INSIDE = {
    "invoicing": "account.group_account_invoice",
    "auditor": "account.group_account_readonly",
    "officer": f"{ADDON}.group_recovery_officer",
    "accountant": "account.group_account_user",
    "manager": f"{ADDON}.group_recovery_manager",
}
OUTSIDE = {
    "portal": "base.group_portal",
    "employee": "base.group_user",
    "buyer": "base.group_user,base.group_partner_manager",
}
NOTHING = ("", "–")


def _split(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


@cache
def read_tables():
    """``{heading: [{column: cell}]}`` of the tables of the document."""
    tables, heading, columns = {}, "", None
    for line in TABLE.read_text().splitlines():
        if line.startswith("#"):
            heading, columns = line.lstrip("# "), None
        elif not line.startswith("|"):
            columns = None
        elif columns is None:
            columns = _split(line)
        elif not set(line) <= set("|-: "):
            row = dict(zip(columns, _split(line), strict=True))
            tables.setdefault(heading, []).append(row)
    return tables


def read_names(cell):
    """Names in backquotes of a cell."""
    return re.findall(r"`([^`]+)`", cell)


class RightsCase(RecouvrementCase):
    """One of each record, and one of each kind of user."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(DAY))
        cls.users = {
            kind: cls._create_user(kind, groups)
            for kind, groups in {**INSIDE, **OUTSIDE}.items()
        }
        cls.users["public"] = cls.env.ref("base.public_user")
        cls.other = cls._create_company(name="Autre société")
        cls.users["other company"] = new_test_user(
            cls.env,
            "stranger",
            groups="account.group_account_manager",
            company_id=cls.other.id,
            company_ids=[Command.set(cls.other.ids)],
        )
        cls._setup_records()

    @classmethod
    def _setup_records(cls):
        """``cls.records``: a record of each model of the addon that is kept, of a
        company of its own."""
        env, company = cls.env, cls.company
        cls.business.company_id = company
        cls.invoice = cls._invoice(cls.business, 1000, "2026-05-01")
        action = cls._run(DAY)
        cls._credit_note(cls.business, 10, "2026-05-02")
        credit = cls.env["account.move"].search(
            [("partner_id", "=", cls.business.id), ("move_type", "=", "out_refund")]
        )
        receivable = (credit + cls.invoice).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        receivable.reconcile()
        cls.partial = receivable.matched_credit_ids
        cls.draft = cls.invoice.copy()
        cls.attachment = cls._attach(cls.invoice)
        cls._penalties(cls.invoice, DAY)
        sent = cls._invoice(cls.consumer, 500, "2026-05-01")
        cls.sent = cls._run(DAY)
        cls.sent.channel = "registered"
        cls.sent.action_approve_and_send()
        assert sent.recouvrement_stage_id
        proof = (
            env["recouvrement.action.proof"]
            .sudo()
            ._keep(cls.sent, "deposit", "a.pdf", b"%PDF-1.4")
        )
        waiver = cls._waive()
        cls.preview = env["recouvrement.run.wizard"].create({})
        cls.confirmation = env["recouvrement.send.wizard"].create({})
        debt = cls._owe_without_invoice()
        procedure = env["recouvrement.procedure"].create(
            {
                "name": "La nôtre",
                "profile": "business",
                "company_id": company.id,
                "sequence": 999,
            }
        )
        stage = action.stage_id.copy({"procedure_id": procedure.id})
        cls.records = {
            "recouvrement.action": action,
            "recouvrement.action.line": action.line_ids[:1],
            "recouvrement.action.proof": proof,
            "account.move.line": debt,
            "recouvrement.followed.entry": env["recouvrement.followed.entry"].create(
                {"line_id": debt.id}
            ),
            "recouvrement.hold": cls._hold(company),
            "recouvrement.judgment": env["recouvrement.judgment"].create(
                {
                    "name": "RG 1",
                    "partner_id": cls.business.id,
                    "company_id": company.id,
                    "move_ids": cls.invoice.ids,
                    "date": DAY,
                }
            ),
            "recouvrement.legal.fact": env["recouvrement.legal.fact"].search(
                [], limit=1
            ),
            "recouvrement.penalty.line": cls.invoice.recouvrement_penalty_line_ids[:1],
            "recouvrement.procedure": procedure,
            "recouvrement.rate": env["recouvrement.rate"].search([], limit=1),
            "recouvrement.run": action.run_id,
            "recouvrement.run.batch": action.run_id.batch_ids[:1],
            "recouvrement.stage": stage,
            "recouvrement.stage.text": stage.text_ids[:1],
            "recouvrement.team": env["recouvrement.team"].create(
                {"name": "Nous", "company_id": company.id}
            ),
            "recouvrement.waiver": waiver,
        }

    @classmethod
    def _attach(cls, move):
        return cls.env["ir.attachment"].create(
            {
                "name": "bl.txt",
                "raw": b"a",
                "res_model": "account.move",
                "res_id": move.id,
            }
        )

    @classmethod
    def _hold(cls, company):
        return cls.env["recouvrement.hold"].create(
            {
                "partner_id": cls.consumer.id,
                "company_id": company.id,
                "date_from": "2026-01-01",
            }
        )

    @classmethod
    def _owe_without_invoice(cls):
        """What the debtor owes by an opening entry."""
        entry = cls.env["account.move"].create(
            {
                "journal_id": cls.company_data["default_journal_misc"].id,
                "date": "2026-04-01",
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": cls.business.id,
                            "balance": balance,
                        }
                    )
                    for account, balance in (
                        (cls.business.property_account_receivable_id, 50),
                        (cls.company_data["default_account_revenue"], -50),
                    )
                ],
            }
        )
        entry.action_post()
        return entry.line_ids.filtered(lambda line: line.balance > 0)

    @classmethod
    def _waive(cls):
        return cls.env["recouvrement.waiver"]._grant(
            [
                {
                    "move_id": cls.invoice.id,
                    "date": DAY,
                    "user_id": cls.env.uid,
                    "reason": "Accord",
                    "amount_interest": 0.01,
                    "amount_indemnity": 0,
                    "stops": False,
                }
            ]
        )

    # Values that an assistant is opened with; a new one has its own here.
    def _assistant_vals(self, model):
        action, company = self.records["recouvrement.action"], self.company
        moves = {
            "company_id": company.id,
            "move_ids": [Command.set(self.invoice.ids)],
        }
        actions = {"action_ids": [Command.set(action.ids)]}
        return {
            "recouvrement.assign.wizard": actions,
            "recouvrement.cost.wizard": {
                "move_id": self.invoice.id,
                "name": "Frais",
                "amount": 1,
            },
            "recouvrement.debit.wizard": moves,
            "recouvrement.debit.wizard.line": {"move_id": self.invoice.id},
            "recouvrement.run.wizard.line": {
                "wizard_id": self.preview.id,
                "partner_id": self.business.id,
                "currency_id": company.currency_id.id,
            },
            "recouvrement.evidence.wizard": {"move_id": self.invoice.id},
            "recouvrement.evidence.wizard.line": {},
            "recouvrement.letter.wizard": {
                "partner_id": self.business.id,
                "contact_id": self.business.id,
                "company_id": company.id,
                "stage_id": self.env.ref(f"{ADDON}.stage_business_statement", False).id
                if self.env.ref(f"{ADDON}.stage_business_statement", False)
                else action.stage_id.id,
            },
            "recouvrement.outcome.wizard": {"action_id": action.id, "outcome": "done"},
            "recouvrement.postpone.wizard": {**actions, "reason": "Congés"},
            "recouvrement.proof.wizard": {
                "action_id": self.sent.id,
                "file": b"JVBERi0xLjQ=",
            },
            "recouvrement.registered.wizard": {
                "action_ids": [Command.set(self.sent.ids)]
            },
            "recouvrement.return.wizard": {
                "action_id": self.sent.id,
                "reason": "refused",
            },
            "recouvrement.run.wizard": {"company_id": company.id},
            "recouvrement.send.wizard": {"action_ids": [Command.set(action.ids)]},
            "recouvrement.send.wizard.line": {
                "wizard_id": self.confirmation.id,
                "currency_id": company.currency_id.id,
            },
            "recouvrement.start.wizard": {"company_id": company.id},
            "recouvrement.statement.wizard": {
                "partner_id": self.business.id,
                "date": DAY,
            },
            "recouvrement.tracking.wizard": {"file": b"UmVmZXJlbmNl"},
            "recouvrement.waiver.wizard": {**moves, "reason": "Geste"},
        }[model]

    # ------------------------------------------------------------------
    # What there is
    # ------------------------------------------------------------------

    @classmethod
    def _own_models(cls):
        """Names of the models that the addon makes, abstract ones left out."""
        return sorted(
            name
            for name in cls.env
            if cls.env[name]._original_module == ADDON and not cls.env[name]._abstract
        )

    @classmethod
    def _methods(cls):
        """``{(model, method)}`` that the addon lets be called from outside."""
        found = set()
        for name in cls.env:
            model = type(cls.env[name])
            for owner in model.__mro__:
                if not owner.__module__.startswith(MODULE):
                    continue
                for method, function in vars(owner).items():
                    if (
                        callable(function)
                        and not method.startswith("_")
                        and not getattr(function, "_api_private", False)
                        and not cls._is_odoos(model, method)
                    ):
                        found.add((name, method))
        return found

    @staticmethod
    def _is_odoos(model, method):
        """Whether a method is Odoo's own, that the addon only extends."""
        return any(
            method in vars(owner) and not owner.__module__.startswith(MODULE)
            for owner in model.__mro__
        )

    @classmethod
    def _added_fields(cls):
        """``{(model, field)}`` that the addon adds to records of Odoo and that may be
        written."""
        return {
            (name, field.name)
            for name in cls.env
            if not cls.env[name]._abstract
            and cls.env[name]._original_module != ADDON
            and not cls.env[name]._transient
            for field in cls.env[name]._fields.values()
            if field._modules
            and set(field._modules) == {ADDON}
            and (field.store or field.inverse)
            and not field.related
        }

    # ------------------------------------------------------------------
    # Trying
    # ------------------------------------------------------------------

    def _try(self, call, refusals=AccessError):
        """Whether a call is let through; what it does is undone. Any other error than a
        refusal comes after, from what the record is."""
        savepoint = self.env.cr.savepoint(flush=False)
        try:
            call()
            self.env.flush_all()
            return True
        except ValidationError:
            return True
        except refusals:
            return False
        except UserError:
            return True
        finally:
            self.env.clear()
            savepoint.close(rollback=True)
            self.env.cr.precommit.clear()
            self.env.invalidate_all(flush=False)

    def _record(self, model, user):
        """A record of a model in the hands of a user; an assistant is one that they
        opened."""
        if self.env[model]._transient:
            return self.env[model].with_user(user).create(self._assistant_vals(model))
        if model == "account.move":
            return self.invoice.with_user(user)
        if model == "res.partner":
            return self.business.with_user(user)
        return self.records[model].with_user(user)


class TestRightsTable(RightsCase):
    """The table says it, and it is so."""

    def test_records(self):
        rows = {
            name: row
            for row in read_tables()["Records"]
            for name in read_names(row["Record"])
        }
        self.assertEqual(sorted(rows), self._own_models())
        actual = {
            (name, kind): self._get_rights(name, self.users[kind])
            for name in rows
            for kind in self.users
        }
        expected = {
            (name, kind): row.get(kind, "").strip("–")
            for name, row in rows.items()
            for kind in self.users
        }
        self.assertSame(actual, expected)

    def assertSame(self, actual, expected):
        """Rights are those of the table; what differs is listed, and nothing else."""
        self.assertEqual(
            {key: value for key, value in actual.items() if value != expected[key]},
            {key: value for key, value in expected.items() if value != actual[key]},
        )

    def _get_rights(self, name, user):
        """Letters of what a user may do to a record of a model."""
        model = self.env[name].with_user(user)
        if self.env[name]._transient:
            record = model
        else:
            record = self.records[name].with_user(user)
        return "".join(
            letter
            for letter, operation in OPERATIONS.items()
            if (model if operation == "create" else record).has_access(operation)
        )

    def test_methods(self):
        rows = {
            (model, method): row
            for row in read_tables()["Methods"]
            for model in read_names(row["Record"])
            for method in read_names(row["Method"])
        }
        self.assertEqual(sorted(rows), sorted(self._methods()))
        expected = {
            (*name, kind): row.get(kind, "–") not in NOTHING
            for name, row in rows.items()
            for kind in self.users
        }
        actual = {
            (*name, kind): self._try_method(*name, user)
            for name in rows
            for kind, user in self.users.items()
        }
        self.assertSame(actual, expected)

    def _try_method(self, model, method, user):
        def call():
            record = self._record(model, user)
            function = getattr(type(record), method)
            if getattr(function, "_api_model", False):
                record = record.browse()
            getattr(record, method)()

        return self._try(call)

    def test_fields(self):
        rows = {
            tuple(name.rsplit(".", 1)): row
            for row in read_tables()["Fields on records of Odoo"]
            for name in read_names(row["Field"])
        }
        self.assertEqual(sorted(rows), sorted(self._added_fields()))
        expected, actual = {}, {}
        for (model, name), row in rows.items():
            for kind, user in self.users.items():
                key = (model, name, kind)
                expected[key] = row.get(kind, "").strip("–")
                actual[key] = self._get_field_rights(model, name, user)
        self.assertSame(actual, expected)

    def _get_field_rights(self, model, name, user):
        record = self._odoo_record(model).with_user(user)
        field = record._fields[name]

        def read():
            record.read([name])

        def write():
            record.write({name: self._other_value(record.sudo(), field)})

        def create():
            vals = {name: self._other_value(record.browse().sudo(), field)}
            record.browse().create({**self._odoo_vals(model), **vals})

        return "".join(
            letter
            for letter, call in (("r", read), ("w", write), ("c", create))
            # what is sealed or guarded is refused, whoever asks
            if self._try(call, UserError)
        )

    def _odoo_record(self, model):
        """A record of Odoo that fields of the addon are tried on."""
        invoice = self.invoice
        return {
            "account.move": invoice,
            "account.move.line": invoice.line_ids[:1],
            "account.partial.reconcile": self.partial,
            "ir.attachment": self.attachment,
            "res.company": self.company,
            "res.partner": self.business,
            "res.users": self.users["officer"],
        }[model]

    def _odoo_vals(self, model):
        """What else a record of Odoo needs to be made."""
        return {
            "account.move": {"move_type": "out_invoice"},
            "account.move.line": {"move_id": self.draft.id, "name": "Ligne"},
            "account.partial.reconcile": {
                "debit_move_id": self.partial.debit_move_id.id,
                "credit_move_id": self.partial.credit_move_id.id,
                "amount": 1,
                "debit_amount_currency": 1,
                "credit_amount_currency": 1,
            },
            "ir.attachment": {"name": "a.pdf"},
            "res.company": {"name": "Nouvelle"},
            "res.partner": {"name": "Nouveau"},
            "res.users": {"name": "Nouveau", "login": "nouveau"},
        }[model]

    def _other_value(self, record, field):
        """A value of a field that is not the one that it has."""
        value = record[field.name] if record else False
        if field.type == "selection":
            return next(
                code
                for code in reversed(field.get_values(self.env))
                if code != value and code != "printed"
            )
        if field.type in ("one2many", "many2many"):
            other = self.env[field.comodel_name].search([], limit=1)
            return [Command.link(other.id)]
        if field.type == "many2one":
            domain = [("id", "!=", value.id)] if value else []
            return self.env[field.comodel_name].search(domain, limit=1).id
        return {
            "boolean": not value,
            "date": "2026-04-01",
            "integer": 3,
            "float": 7.5,
            "monetary": 7.5,
        }.get(field.type, "autre")

    def test_guarded_records(self):
        """Fields of what methods write that people may change: these, and no other."""
        rows = {
            (model, row["State"], name)
            for row in read_tables()["Fields of guarded records"]
            for model in read_names(row["Record"])
            for name in read_names(row["Fields"])
        }
        guarded = {
            name
            for name in self._own_models()
            if hasattr(self.env[name], "_check_editable")
        }
        found = set()
        for model in guarded:
            record = self.records[model]
            states = {"": record}
            if model == "recouvrement.action":
                states = {"waiting": record, "closed": self.sent}
            for state, one in states.items():
                found |= {
                    (model, state, name)
                    for name in one._get_editable()
                    if one._fields[name].store and not one._fields[name].related
                }
        self.assertEqual(found, rows)
        manager = self.users["manager"]
        for model in guarded:
            record = self.records[model].with_user(manager)
            for field in record._fields.values():
                if (
                    field.store
                    and field.name
                    not in record._get_editable() | guarded_mixin.MAIL_FIELDS
                    and not field.name.startswith("activity_")
                ):
                    with self.assertRaises(UserError, msg=(model, field.name)):
                        record._check_editable({field.name: False})

    def test_actions_of_others(self):
        """What officers see and change of the actions of a colleague."""
        officer, mate = (
            self.users["officer"],
            self._create_user("collegue", INSIDE["officer"]),
        )
        team = self.records["recouvrement.team"]
        action = self.records["recouvrement.action"]
        self.business.recouvrement_user_id = action.user_id = mate
        kinds = {kind: self.users[kind] for kind in INSIDE}
        for row in read_tables()["Actions of others"]:
            scope, relation = row["Officers see"].strip("`"), row["Officer"]
            self.company.recouvrement_officer_scope = scope
            team.member_ids = (mate + officer) if relation == "of the team" else mate
            self.env.flush_all()
            for kind, user in kinds.items():
                self.env.invalidate_all()
                for records in (action, action.line_ids):
                    rights = "r" if self._try(records.with_user(user).read) else ""
                    if records == action:
                        rights += (
                            "w"
                            if self._try(records.with_user(user).action_approve)
                            else ""
                        )
                        self.assertEqual(
                            rights, row[kind].strip("–"), (scope, relation, kind)
                        )
                    self.assertEqual(
                        "r" in rights, "r" in row[kind], (scope, relation, kind)
                    )

    def test_reports_and_routes(self):
        rows = {
            name: row
            for row in read_tables()["Reports"]
            for name in read_names(row["Report"])
        }
        reports = self.env["ir.actions.report"].search(
            [("report_name", "=like", f"{ADDON}.%")]
        )
        self.assertEqual(sorted(rows), sorted(reports.mapped("report_name")))
        for name, row in rows.items():
            for kind, user in self.users.items():
                service = self.env["ir.actions.report"].with_user(user)
                # as the route does, which tests would have print HTML
                renders = [
                    lambda name, ids, service=service: (
                        service._render_qweb_pdf_prepare_streams(name, {}, ids)
                    )
                ]
                if f"report.{name}" in self.env:
                    renders.append(service._render_qweb_html)
                for render in renders:
                    self.assertEqual(
                        self._try(lambda r=render, n=name: r(n, self.sent.ids)),
                        row.get(kind, "–") not in NOTHING,
                        (name, kind),
                    )
        # The addon has no route of its own: a new one needs its row and its test.
        controllers = REPOSITORY / ADDON
        self.assertFalse(
            [
                path
                for path in controllers.rglob("*.py")
                if re.search(r"\bhttp\.route\(|^@route\(", path.read_text(), re.M)
            ]
        )
