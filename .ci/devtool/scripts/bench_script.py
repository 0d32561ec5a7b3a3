"""What the scripts of a bench share: options in, report out, the creditor, its debtors.

Imported by scripts that run in an Odoo shell, with the module installed or without.
"""

import json
import os
from datetime import date, timedelta
from pathlib import Path

from odoo.fields import Command

LOGIN = "banc"
# What `./dev bench overhead` measures: each invoice is marked with what is to be done
# with it. A few of each are done before the clock starts.
OVERHEAD = (
    "post",
    "register in time",
    "register overdue",
    "reconcile in time",
    "reconcile overdue",
)
WARM_UP = 5
PROFILES = ("business", "public", "consumer")
TERM = timedelta(days=30)
# A multiple of it has whole cents, its tax of 20 % too.
PRICE = 10.05


def options():
    """The options the bench gave, dates as dates."""
    given = json.loads(os.environ["RECOUVREMENT_BENCH"])
    return {
        name: date.fromisoformat(value) if name == "date" else value
        for name, value in given.items()
    }


def report(results):
    path = Path(os.environ["RECOUVREMENT_REPORT"])
    path.write_text(json.dumps(results), encoding="utf-8")


def create_company(env):
    """A French company with its chart of accounts; return it in its own environment."""
    company = (
        env["res.company"]
        # else modules that this project has no packages for would be installed
        .with_context(install_mode=True)
        .create(
            {
                "name": "Entreprise du banc",
                "street": "1 rue du Banc",
                "zip": "69001",
                "city": "Lyon",
                "company_registry": "33417522101010",
                "country_id": env.ref("base.fr").id,
                "currency_id": env.ref("base.EUR").id,
            }
        )
    )
    identify(company)
    env["account.chart.template"].try_loading("fr", company, install_demo=False)
    # tracking off: what is built here is not what is measured
    context = {"allowed_company_ids": company.ids, "tracking_disable": True}
    return company.with_env(env(context=context))


def identify(company):
    """Enter what letters must say of a company, where the module is there: without it
    none is to leave."""
    if "recouvrement_legal_form" in company._fields:
        company.write(
            {
                "recouvrement_legal_form": "SARL",
                "recouvrement_share_capital": "50 000 €",
                "recouvrement_rcs_city": "Lyon",
                "recouvrement_signatory_name": "Dominique Gérant",
            }
        )


def find_company(env):
    company = env["res.company"].search([("name", "=", "Entreprise du banc")])
    return company.with_context(allowed_company_ids=company.ids)


def profile_of(number):
    """Profile of a debtor: one in twenty a consumer, one in twenty a public body."""
    return {0: "consumer", 1: "public"}.get(number % 20, "business")


def prepare_debtor(env, profile, name):
    vals = {
        "name": name,
        "street": "2 allée des Essais",
        "zip": "75001",
        "city": "Paris",
        "country_id": env.ref("base.fr").id,
        "email": f"{name.lower().replace(' ', '.')}@debiteur.example.com",
        "is_company": profile != "consumer",
    }
    registry = {"business": "33417522101010", "public": "21750001600019"}
    return {**vals, "company_registry": registry.get(profile, False)}


def prepare_invoice(company, debtor, due, factor=1, **vals):
    return {
        "move_type": "out_invoice",
        "partner_id": debtor.id,
        "invoice_date": due - TERM,
        "invoice_date_due": due,
        "invoice_line_ids": [
            Command.create(
                {
                    "name": "Prestation",
                    "price_unit": factor * PRICE,
                    "tax_ids": [Command.set(company.account_sale_tax_id.ids)],
                }
            )
        ],
        **vals,
    }


def prepare_receipt(company, debtor, amount, day, **vals):
    """Money in the bank, not allocated yet."""
    journal = company.env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", company.id)], limit=1
    )
    accounts = {
        journal.default_account_id.id: amount,
        debtor.property_account_receivable_id.id: -amount,
    }
    return {
        "move_type": "entry",
        "journal_id": journal.id,
        "date": day,
        "line_ids": [
            Command.create(
                {
                    "name": "Virement",
                    "account_id": account_id,
                    "partner_id": debtor.id,
                    "balance": balance,
                }
            )
            for account_id, balance in accounts.items()
        ],
        **vals,
    }


def receivable_lines(moves):
    return moves.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
