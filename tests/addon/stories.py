"""The stories that are played with the worked examples of the integrator's guide: what
a user does in a database where one example is installed. Each ends in ``result(…)``,
which gives it to the test of that example in ``test_examples.py``.
"""

from ..odoo_process import CREDITOR

# The words that the stories below are told with; `result` is what they tell by.
PRELUDE = (
    CREDITOR
    + """
from datetime import date, timedelta
from freezegun import freeze_time

procedure = env.ref("l10n_fr_recouvrement.procedure_business")
procedure.late_entry = "reached"
procedure.stage_ids.filtered(lambda stage: stage.channel == "phone").active = False

def invoice(name, amount, due="2026-05-31", **vals):
    debtor = env["res.partner"].create({
        "name": name, "is_company": True, "street": "1 rue de l'Essai",
        "zip": "75001", "city": "Paris", "email": "debiteur@example.com", **vals,
    })
    due = date.fromisoformat(due)
    move = env["account.move"].create({
        "move_type": "out_invoice", "partner_id": debtor.id,
        "invoice_date": due - timedelta(days=30), "invoice_date_due": due,
        "invoice_line_ids": [(0, 0, {"name": "Vente", "price_unit": amount,
                                     "tax_ids": [(5,)]})],
    })
    move.action_post()
    return move

def run(day):
    with freeze_time(day):
        made = env["recouvrement.run"].create({})
        made.action_start()
    return made.action_ids

def send(actions, day):
    with freeze_time(day):
        actions.action_approve_and_send()

def told(actions):
    return {action.partner_id.name: [action.stage_id.kind, action.channel,
                                     action.state] for action in actions}
"""
)

NEW_STAGE = """
move = invoice("Silencieux", 1000)
second = run("2026-06-15")
send(second, "2026-06-15")
with freeze_time("2026-06-18"):
    second.date_presented = "2026-06-17"
early, action = run("2026-06-24"), run("2026-06-25")
said = action.letter_subject
send(action, "2026-06-25")
with freeze_time("2026-06-26"):
    following = move.recouvrement_next_stage_id.kind
result([told(second), len(early), told(action), said, following])
"""

WHERE_LAST_REMINDER = """
 WHERE id = (SELECT res_id FROM ir_model_data
        WHERE module = 'my_recovery_last_reminder' AND name = 'stage_last_reminder')
"""

# One formal notice is due to each; both are tagged and trusted as the examples tell.
KEY_ACCOUNT = """
key = env.ref("my_recovery_key_account.category_key_account")
moves = invoice("Grand compte", 1000, category_id=[(6, 0, key.ids)])
moves += invoice("Autre", 1000)
send(run("2026-06-15"), "2026-06-15")
result(told(run("2026-07-15")))
"""

KEY_ACCOUNT_CODE = """
invoice("De confiance", 1000, trust="good")
invoice("De confiance et lourd", 60000, trust="good")
invoice("Autre", 1000)
send(run("2026-06-15"), "2026-06-15")
result(told(run("2026-07-15")))
"""

CHANNEL = """
import hashlib, tempfile
from pathlib import Path

invoice("Livrable", 1000)
folder = Path(tempfile.mkdtemp())
action = run("2026-06-15")
refused = [action.state, action.failure_reason]
env["ir.config_parameter"].set_param("my_recovery_courier.folder", str(folder))
action.action_retry()
with freeze_time("2026-06-15"):
    message = action.action_approve_and_send()["params"]["message"]
handed = [path.read_bytes() for path in folder.iterdir()]
seal = hashlib.sha256(action.letter_attachment_id.raw).hexdigest()
try:
    action.letter_attachment_id.raw = b"another"
    kept = False
except Exception as error:
    kept = type(error).__name__
sheet = env["report.l10n_fr_recouvrement.report_proof"]
result([told(action), refused, message, len(handed), handed[0][:5].decode(),
        hashlib.sha256(handed[0]).hexdigest() == seal == action.letter_sha256,
        [" ".join(event[1:]) for event in sheet._prepare_events(action)], kept,
        action.line_ids.move_id.recouvrement_stage_id.kind])
"""

# Two sites of one customer: it pays a part of one, and a sum without saying what for.
SITES = """
first = invoice("Constructeur", 1000, due="2026-05-29")
first.building_site = "Lyon"
debtor = first.partner_id

def another(amount, due, site):
    due = date.fromisoformat(due)
    move = first.copy({"invoice_date": due - timedelta(days=30),
                       "invoice_date_due": due, "building_site": site})
    move.invoice_line_ids.price_unit = amount
    move.action_post()
    return move

def receive(amount, *paid):
    journal = env["account.journal"].search([("type", "=", "bank")], limit=1)
    entry = env["account.bank.statement.line"].create({
        "journal_id": journal.id, "date": "2026-06-15", "payment_ref": "Virement",
        "partner_id": debtor.id, "amount": amount,
    })
    _liquidity, suspense, _other = entry._seek_for_lines()
    suspense.account_id = debtor.property_account_receivable_id
    for move in paid:
        (suspense + move.line_ids).filtered(
            lambda line: line.account_type == "asset_receivable").reconcile()

def shown(actions):
    env.flush_all()
    env.cr.precommit.run()
    return [[a.building_site, a.state, a.amount_invoices, a.amount_credits,
             a.invoice_count] for a in actions.sorted("building_site")]

another(200, "2026-05-31", "Lyon")
paris = another(500, "2026-05-31", "Paris")
made = run("2026-06-15")
before = shown(made)
with freeze_time("2026-06-15"):
    receive(300, paris)
    receive(100)
    after = shown(made)
send(made, "2026-06-15")
following = run("2026-07-15")
claimed = following.line_ids.filtered("stage_id").move_id
total = sum(a.amount_invoices - a.amount_credits for a in following)
sent, next_ones = shown(made), shown(following)
lyon = made.filtered(lambda action: action.building_site == "Lyon")
lyon.sudo()._mark_undelivered("")
for name in ("Lyon", "Paris"):
    following.filtered(lambda action: action.building_site == name)._cancel("")
again = env["recouvrement.action"].create(
    lyon._prepare_resent_vals(lyon.line_ids, "letter")).building_site
result([before, after, sent, next_ones, len(claimed), total, again])
"""

LEASED = """
mine = invoice("Client", 1000)
def another():
    move = mine.copy({"invoice_date": mine.invoice_date,
                      "invoice_date_due": mine.invoice_date_due})
    move.action_post()
    return move
leased = another()
leased.is_leased = True
action = run("2026-06-15")
claimed = [action.partner_id.name, [line.amount_residual for line in action.line_ids]]
with freeze_time("2026-06-15"):
    engine = env["recouvrement.engine"]
    reason = engine._get_left_out_reason(env.company, leased)
    shown = leased.recouvrement_hold_reason
    mine.is_leased = True
    action.sudo()._refresh()
result([claimed, reason, shown, len(action.filtered(lambda a: a.state != "cancelled"))])
"""

MARKETPLACE = """
first = invoice("Boutique", 1000)
debtor = first.partner_id
account = env["account.account"].create({
    "code": "467900", "name": "Place de marché", "reconcile": True,
    "account_type": "asset_current", "is_marketplace": True,
})
bank = env["account.journal"].search([("type", "=", "bank")], limit=1)
entry = env["account.move"].create({
    "date": "2026-06-10", "journal_id": env["account.journal"].search(
        [("type", "=", "general")], limit=1).id,
    "line_ids": [
        (0, 0, {"account_id": account.id, "partner_id": debtor.id, "credit": 200}),
        (0, 0, {"account_id": bank.default_account_id.id, "debit": 200}),
    ],
})
entry.action_post()
made = run("2026-06-15")
with freeze_time("2026-06-15"):
    wizard = env["recouvrement.run.wizard"].create({})
    [line] = wizard.excluded_line_ids.filtered(lambda line: line.partner_id == debtor)
    opened = line.action_set_right()
entry.button_draft()
entry.button_cancel()
result([len(made), line.reason, "200" in line.detail, opened["res_model"],
        len(run("2026-06-15"))])
"""

FACTORED = """
from odoo.exceptions import UserError
from odoo.addons.l10n_fr_recouvrement.models.letter.recouvrement_letter_request import (
    LetterRequest,
)

move = invoice("Client", 1000)
receivable = move.partner_id.property_account_receivable_id
factor = env["account.account"].search([("code", "=", "467000")], limit=1)
factor = factor or env["account.account"].create({
    "name": "Factor", "code": "467000", "account_type": "liability_current"})
entry = env["account.move"].create({"move_type": "entry", "date": "2026-06-10",
    "line_ids": [
        (0, 0, {"account_id": factor.id, "debit": 1000}),
        (0, 0, {"account_id": receivable.id, "credit": 1000,
                "partner_id": move.partner_id.id}),
    ]})
entry.action_post()
(move.line_ids + entry.line_ids).filtered(
    lambda line: line.account_id == receivable).reconcile()
env.flush_all()
move._recouvrement_refresh_penalties(date(2026, 7, 31))
last = max(move.recouvrement_penalty_line_ids.mapped("date_to")).isoformat()
try:
    with freeze_time("2026-08-01"):
        env["recouvrement.letter.request"]._create_actions(
            env.company, env.ref("l10n_fr_recouvrement.stage_business_receipt"),
            LetterRequest(move.partner_id, move))
    refusal = ""
except UserError as error:
    refusal = str(error).removeprefix(move.name)
report = env["report.l10n_fr_recouvrement.report_statement"]
[statement] = report._get_statements(move, date(2026, 7, 31))
[part] = statement["parts"]
rows = [row["label"] for row in part["rows"] if row["kind"] == "payment"]
result([move.recouvrement_credit_ids.recouvrement_nature, last, refusal, rows])
"""

WORDS = """
from odoo.addons.l10n_fr_recouvrement.paper.words import french

first = invoice("Client", 1000)
second = first.copy({"invoice_date": first.invoice_date,
                     "invoice_date_due": first.invoice_date_due})
first.invoice_origin = "BC 1"
second.action_post()
action = run("2026-07-15")
notice = env.ref("l10n_fr_recouvrement.stage_business_notice")
action.sudo().stage_id = notice
with freeze_time("2026-07-15"):
    action.sudo()._refresh()
report = env["report.l10n_fr_recouvrement.report_letter"]
values = report._letter_values(action)
tables = values["tables"] + [table for page in values["annex"] for table in page]
[invoices] = [table for table in tables if table["kind"] == "invoices"]
labels = [label for label, _amount, _detail in values["totals"]]
other = env["res.company"].create({"name": "Autre"})
shipped = french.TEXTS["indemnity"]
html = str(env["ir.qweb"]._render("l10n_fr_recouvrement.report_letter",
                                  report._prepare_document([values])))
result([invoices["columns"], [row["columns"] for row in invoices["rows"]], labels,
        report._get_writer(env["recouvrement.action"].new(
            {"company_id": other.id, "currency_id": env.company.currency_id.id,
             "partner_id": action.partner_id.id})).texts["indemnity"],
        shipped, [word in html for word in ("BC 1", labels[-1])]])
"""


POSTAL = """
import tempfile
from lxml import etree
from pathlib import Path

folder = Path(tempfile.mkdtemp())
env["ir.config_parameter"].set_param("my_recovery_postal.folder", str(folder))

def fields_shown(action):
    arch = etree.fromstring(action.get_view(view_type="form")["arch"])
    values = {name: action[name] for name in
              ("is_registered", "is_tracked", "is_printed", "has_carrier", "state")}
    names = ("tracking_number", "date_posted", "date_presented", "date_received")
    fields = [arch.xpath(f"//sheet//group/field[@name='{name}']")[0] for name in names]
    return [field.get("name") for field in fields
            if not eval(field.get("invisible"), {}, values)
            and not eval(field.get("readonly", "False"), {}, values)]

def button(action):
    arch = etree.fromstring(action.get_view(view_type="form")["arch"])
    return [node.get("string") for node
            in arch.xpath("//header/button[@name='action_approve_and_send']")
            if not eval(node.get("invisible"), {},
                        {"state": action.state, "channel": action.channel})]

move = invoice("Silencieux", 1000)
second = run("2026-06-15")
buttons = button(second)
with freeze_time("2026-06-15"):
    message = second.action_approve_and_send()["params"]["message"]
handed = [path.read_bytes()[:5].decode() for path in folder.iterdir()]
shown = fields_shown(second)
with freeze_time("2026-06-18"):
    second.write({"tracking_number": "1A 234 567 8901 2", "date_posted": "2026-06-16",
                  "date_presented": "2026-06-17"})
# Eight days after it was presented, eleven after it was sent.
early, notice = run("2026-06-24"), run("2026-06-25")

sheet = env["report.l10n_fr_recouvrement.report_proof"]
events = [what + " " + detail for _when, what, detail in sheet._prepare_events(second)]

consumers = env.ref("l10n_fr_recouvrement.procedure_consumer")
consumers.stage_ids.filtered(
    lambda stage: stage.kind != "formal_notice" and stage.delay_from != "hand"
).active = False
private = invoice("Particulier", 1000, is_company=False)
claimed = run("2026-09-15").filtered(lambda one: one.partner_id.name == "Particulier")
send(claimed, "2026-09-15")
with freeze_time("2026-09-18"):
    before = private.recouvrement_penalty_line_ids.filtered("amount").ids
    claimed.date_presented = "2026-09-17"
with freeze_time("2026-09-30"):
    private._recouvrement_refresh_penalties(date.today())
    interest = private.recouvrement_penalty_line_ids.filtered("amount")
    began = str(min(interest.mapped("date_from")))
found = env["recouvrement.action"].search([("is_registered", "=", True)])
result([told(second), buttons, message, handed, shown, len(early), told(notice),
        events, told(claimed), len(before), began, second in found])
"""

SURVEY = """
held, other = invoice("Chantier", 1000), invoice("Autre", 500)
with freeze_time("2026-06-10"):
    hold = env["recouvrement.hold"].create({
        "kind": "survey", "partner_id": held.partner_id.id,
        "company_id": held.company_id.id,
        "move_ids": [(6, 0, held.ids)], "date_to": "2026-07-15",
        "surveyor": "Cabinet Dupuis",
    })
    announced = str(held.recouvrement_next_date)
    shown = held.recouvrement_hold_reason
actions = run("2026-06-15")
with freeze_time("2026-06-16"):
    hold.action_lift()
after = run("2026-06-16")
result([announced, shown, told(actions), told(after)])
"""

CHEQUE = """
from lxml import etree

env.ref("l10n_fr_recouvrement.procedure_business").with_context(
    active_test=False).stage_ids.filtered(
    lambda stage: stage.channel == "phone").active = True
move = invoice("Annonce", 1000, phone="01 99 00 11 22")
call = run("2026-06-12")
holds = env["recouvrement.hold"]
arch = etree.fromstring(call.get_view(view_type="form")["arch"])
labels = {node.get("args"): (node.get("string"), eval(node.get("invisible"), {},
              {"state": "todo", "channel": "phone"}),
              eval(node.get("invisible"), {}, {"state": "todo", "channel": "visit"}))
          for node in arch.xpath("//header/button[@name='action_outcome']")}
with freeze_time("2026-06-12"):
    opened = call.action_outcome("cheque")
    wizard = env[opened["res_model"]].with_context(**opened["context"]).create({})
    asked = [wizard.hint, wizard.asks_day, wizard.asks_amount, str(wizard.promise_date)]
    try:
        wizard.action_confirm()
        refused = ""
    except Exception as error:
        refused = str(error)
    wizard.note = "n° 1234567"
    wizard.action_confirm()
sheet = env["report.l10n_fr_recouvrement.report_proof"]
result([told(call), labels["['cheque']"], opened["name"], asked, refused, call.outcome,
        call.partner_id.activity_ids.mapped("summary"),
        str(holds.search([("move_ids", "in", move.ids)]).date_to),
        sheet._prepare_outcome(call)[2].replace("\\xa0", " ")])
"""

ACME = """
import json, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

LETTERS, PROOFS, DOWN = {}, {}, []

class Acme(BaseHTTPRequestHandler):
    def do_GET(self):
        path = urlsplit(self.path).path.strip("/")
        if DOWN:
            self.reply(503, b"")
        elif path in LETTERS:
            self.reply(200, json.dumps(LETTERS[path]).encode())
        elif path in PROOFS:
            self.reply(200, PROOFS[path])
        else:
            self.reply(404, b"")

    def do_PUT(self):
        url = urlsplit(self.path)
        key = url.path.strip("/")
        body = self.rfile.read(int(self.headers["Content-Length"]))
        LETTERS[key] = {"id": key, "state": "RECEIVED", "noticed": None, "closed": None,
                        "to": parse_qs(url.query)["to"][0], "head": body[:5].decode()}
        self.reply(201, json.dumps(LETTERS[key]).encode())

    def reply(self, code, body):
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass

acme = ThreadingHTTPServer(("127.0.0.1", 0), Acme)
threading.Thread(target=acme.serve_forever, daemon=True).start()
actions = env["recouvrement.action"]
env.company.recouvrement_lre_provider = "acme"
env.ref("l10n_fr_recouvrement.stage_business_second").channel = "lre"

def follow(moment):
    # What the job does, without its commits.
    with freeze_time(moment):
        actions.search(actions._get_carrier_domain())._follow_carriers()

invoice("En ligne", 1000)
action = run("2026-06-15")
unset = [action.state, action.failure_reason]
env["ir.config_parameter"].set_param(
    "my_recovery_acme.url", f"http://127.0.0.1:{acme.server_port}")
with freeze_time("2026-06-15"):
    action.action_retry()
    action.action_approve_and_send()
steps = [action.carrier_state]
DOWN.append(True)
follow("2026-06-15 10:00")
steps.append(action.carrier_state)
DOWN.clear()
follow("2026-06-15 11:00")
steps.append(action.carrier_state)
action.carrier_state = "queued"  # as if the answer had been lost
follow("2026-06-15 12:00")
[letter] = LETTERS.values()
handed = [len(LETTERS), letter["to"], letter["head"]]
PROOFS[letter["id"] + "/deposit.pdf"] = action.letter_attachment_id.raw
letter.update(state="NOTICED", noticed="2026-06-16")
follow("2026-06-17")
steps += [action.carrier_state, str(action.date_presented)]
letter.update(state="OPENED", closed="2026-06-18")
follow("2026-06-19")
steps += [action.carrier_state, action.state, str(action.date_received)]
waiting = action.carrier_done
PROOFS[letter["id"] + "/receipt.pdf"] = action.letter_attachment_id.raw + b"%"
follow("2026-06-20")
result([unset, steps, handed, waiting, action.carrier_done,
        action.proof_ids.mapped("kind")])
"""

POSTING = """
import base64, io, zipfile

env.ref("l10n_fr_recouvrement.stage_business_second").channel = "registered"
for name, ref in (("Albi", "C3"), ("Brest", "C1"), ("Calais", "C2")):
    invoice(name, 1000, ref=ref)
actions = run("2026-06-15")
send(actions, "2026-06-15")
posting = env["report.l10n_fr_recouvrement.report_posting"]
ordered = actions.sorted(lambda one: posting._sorting_key(one, 1, False))
rows = [row.reference for row in posting._prepare_list(
    ordered, dict.fromkeys(ordered, 1)).rows]
wizard = env["recouvrement.registered.wizard"].create(
    {"action_ids": [(6, 0, actions.ids)]})
with freeze_time("2026-06-15"):
    wizard.action_export()
archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(wizard.file)))
table = archive.read("destinataires.csv").decode("utf-8-sig").splitlines()
result([ordered.mapped("partner_id.name"), [row.split()[1] for row in rows],
        sorted(line.split(";")[0].split()[1] for line in table[1:])])
"""


BUILDER = """
import io
from pypdf import PdfReader
from odoo.addons.l10n_fr_recouvrement.models.letter.recouvrement_letter_request import (
    LetterRequest,
)
from reportlab.pdfgen.canvas import Canvas

stream = io.BytesIO()
canvas = Canvas(stream)
canvas.drawString(60, 700, "CGV")
canvas.save()
env.company.recovery_terms_id = env["ir.attachment"].create({
    "name": "CGV.pdf", "raw": stream.getvalue(),
})
stage = env.ref("my_recovery_builder.stage_plan")
service = env["report.l10n_fr_recouvrement.report_letter"]

def plan(move, day):
    with freeze_time(day):
        return env["recouvrement.letter.request"]._create_actions(
            env.company, stage, LetterRequest(move.partner_id, move)
        )

# Payment codes are for euros.
env.ref("base.EUR").active = True
moves = invoice("Client", 1000)
moves.button_draft()
moves.write({"currency_id": env.ref("base.EUR").id, "ref": "Lyon 3"})
moves.action_post()
ireland = env.ref("base.ie").id
abroad = invoice("Client Ltd", 100, country_id=ireland, lang="en_US")
french, english = plan(moves, "2026-06-15"), plan(abroad, "2026-06-15")
values = [service._letter_values(one) for one in (french, english)]
send(french, "2026-06-15")
listed = french.letter_enclosures
pages = len(PdfReader(io.BytesIO(french.letter_attachment_id.raw)).pages)

# Without its table it would not leave.
owner = type(service)
original = owner._prepare_plan_figures
owner._prepare_plan_figures = lambda self, action: {
    **original(self, action), "tables": [],
}
send(english, "2026-06-15")
owner._prepare_plan_figures = original
refused = [english.state, english.failure_reason]

result([
    told(french),
    [[one["title"], one["subject"], one["enclosures"]] for one in values],
    [row["amount"] for row in values[0]["tables"][0]["rows"]],
    bool(values[0]["payment"]["code"]),
    [listed[0]["name"], listed[0]["pages"], pages - french.letter_pages],
    "object.site_text" in env["recouvrement.action"].mail_allowed_qweb_expressions(),
    refused,
])
"""


# The default beside the agreement, before and after the rows of 2027 hold.
RATE = """
tag = env.ref("my_recovery_framework.category_framework")
agreed = dict(category_id=[(6, 0, tag.ids)])
moves = invoice("Sous accord", 10000, **agreed)
moves += invoice("Autre", 10000)
moves += invoice("Sous accord 2027", 10000, due="2027-01-31", **agreed)
moves += invoice("Autre 2027", 10000, due="2027-01-31")

def penalties(moves, day):
    moves._recouvrement_refresh_penalties(date.fromisoformat(day))
    return {
        move.partner_id.name: [
            [line.days, line.rate, line.amount]
            for line in move.recouvrement_penalty_line_ids
        ] for move in moves
    }

statements = env["report.l10n_fr_recouvrement.report_statement"]
[statement] = statements._get_statements(moves[0], date(2026, 9, 15))
result([penalties(moves[:2], "2026-09-15"), penalties(moves[2:], "2027-03-02"),
        [line for title, lines in statement["sources"] if title == "Taux annuels"
         for line in lines]])
"""
