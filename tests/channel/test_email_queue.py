"""The queue of e-mails worked by Odoo's own job, with its real commits, while the mail
server dies, comes back and breaks a connection."""

from ..odoo_process import REPOSITORY, installed_database, query, shell

DEBTORS = 20
TAKEN = 7
CUT = "debiteur.12@debiteur.example.com"

SCRIPT = f"""
import sys
sys.path[:0] = [{str(REPOSITORY)!r}, {str(REPOSITORY / ".ci/devtool/scripts")!r}]
from datetime import date, timedelta
from bench_script import create_company, prepare_debtor, prepare_invoice
from tests.mail_server import MailServer

company = create_company(env)
env = company.env
company.email = "compta@atelier.example.com"
due = date.today() - timedelta(days=10)
debtors = env["res.partner"].create(
    [prepare_debtor(env, "business", f"Debiteur {{n}}") for n in range({DEBTORS})]
)
env["account.move"].create(
    [prepare_invoice(company, debtor, due) for debtor in debtors]
).action_post()
run = env["recouvrement.run"].create({{"company_id": company.id}})
run.action_start()
run.action_ids.channel = "email"
server = MailServer()
env["ir.mail_server"].create(
    {{"name": "Local", "smtp_host": "127.0.0.1", "smtp_port": server.port}}
)
run.action_ids.action_approve_and_send()
env.cr.commit()


def work_queue():
    env.ref("mail.ir_cron_mail_scheduler_action").method_direct_trigger()
    env.cr.commit()
    counts = [server.recipients.count(debtor.email) for debtor in debtors]
    env.invalidate_all()
    left = len(run.action_ids.filtered("date_left"))
    print("STEP", len(server.messages), left, max(counts))


server.capacity = {TAKEN}
work_queue()
server.stop()
work_queue()
server.capacity = None
server.cut = {{{CUT!r}}}
server.start()
env.cr.execute("UPDATE mail_mail SET scheduled_date = scheduled_date - interval '2 h'")
work_queue()
work_queue()
work_queue()
print("FOUND", sorted(set(server.recipients)) == sorted(debtors.mapped("email")))
server.stop()
"""


def test_nothing_lost_and_nothing_twice():
    with installed_database("mails") as name:
        out = shell(name, SCRIPT, PGOPTIONS="").splitlines()
        steps = [line for line in out if line.startswith("STEP")]
        # received, known to have left, most that anybody got
        assert steps[:2] == [f"STEP {TAKEN} {TAKEN} 1"] * 2, "\n".join(out[-60:])
        # what came after the broken connection leaves the time after
        assert steps[-1] == f"STEP {DEBTORS} {DEBTORS - 1} 1", steps
        assert "FOUND True" in out
        assert query(
            name,
            "SELECT email_to, email_failure IS NOT NULL FROM recouvrement_action"
            " WHERE date_left IS NULL",
        ) == [f"{CUT}|t"]
        assert query(
            name, "SELECT state, count(*) FROM mail_mail GROUP BY 1 ORDER BY 1"
        ) == ["exception|1", f"sent|{DEBTORS - 1}"]
