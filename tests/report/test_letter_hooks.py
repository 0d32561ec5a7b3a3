"""The hooks of letters, each used as the integrator's guide shows: an override that
calls the original and adds to what it returns."""

import re
from types import SimpleNamespace
from unittest.mock import patch

from odoo.addons.l10n_fr_recouvrement.paper.letter import figures
from odoo.addons.l10n_fr_recouvrement.paper.words import (
    english,
    french,
    letter_kinds,
    letter_reader,
    mentions,
    rules,
)
from odoo.addons.l10n_fr_recouvrement.paper.words.letter_kinds import LetterKind
from odoo.addons.l10n_fr_recouvrement.paper.words.mentions import Mention
from odoo.addons.l10n_fr_recouvrement.paper.words.rules import Rule

from ..common import blank_letter
from ..hooks import Extending
from .letters import LettersCase


class TestLetterHooks(Extending, LettersCase):
    """What an addon may add to letters without touching ours."""

    def test_values_of_the_letter(self):
        """``_letter_values``: what is added is there for a template that inherits."""
        self._extend(
            "report.l10n_fr_recouvrement.report_letter",
            "_letter_values",
            lambda _self, original, action: {
                **original(action),
                "site": action.partner_id.city,
            },
        )
        self.env.ref("l10n_fr_recouvrement.letter_head").inherit_children_ids = [
            (
                0,
                0,
                {
                    "name": "site",
                    "type": "qweb",
                    "mode": "extension",
                    "arch": """
                        <xpath expr="//div[@class='place']" position="after">
                            <p t-out="letter['site']"/>
                        </xpath>
                    """,
                },
            )
        ]
        self.business.city = "Exempleville"
        action = self._make("business", "reminder")
        html = self.env["ir.qweb"]._render(
            "l10n_fr_recouvrement.report_letter",
            self.service._prepare_document([self._values(action)]),
        )
        self.assertIn("<p>Exempleville</p>", str(html))

    def test_detail_of_an_invoice(self):
        """``_get_line_parts``: texts of the language of the letter, or texts as they
        are."""
        self.patch(french, "TEXTS", {**french.TEXTS, "site": "chantier {name}"})
        self.patch(english, "TEXTS", {**english.TEXTS, "site": "site {name}"})
        self._extend(
            "report.l10n_fr_recouvrement.report_letter",
            "_get_line_parts",
            lambda _self, original, line: [
                *original(line),
                ("site", {"name": "Lyon 3"}),
                "lot 7",
            ],
        )
        for abroad, expected in ((False, "chantier Lyon 3"), (True, "site Lyon 3")):
            action = self._make("business", "reminder", abroad)
            [table] = self._values(action)["tables"]
            self.assertRegex(table["rows"][0]["detail"], f"^.*, {expected}, lot 7$")

    def test_another_program_prints(self):
        """``_recouvrement_begin_pdf`` gets the page and what is to be made of it."""
        printed = []

        def begin(_self, _original, html, finish=bytes):
            printed.append(html)
            pdf = blank_letter("Essai")
            return SimpleNamespace(result=lambda: finish(pdf), close=lambda: None)

        self._extend("ir.actions.report", "_recouvrement_begin_pdf", begin)
        self.printer.stop()
        self.addCleanup(self.printer.start)
        self.assertTrue(
            self.service._print_html(
                "l10n_fr_recouvrement.letter_errors", {"errors": ["Rien."]}
            ).startswith(b"%PDF")
        )
        self.assertIn("Rien.", printed[0])

    # ------------------------------------------------------------------
    # A kind of letter, all that it may bring
    # ------------------------------------------------------------------

    def _register(self, module, value, registry):
        self.patch(module, registry, dict(getattr(module, registry)))
        module.register(value)

    def test_a_letter_with_a_mention_and_a_rule_of_its_own(self):
        """One value each, and the letter is checked for them."""
        self._register(
            mentions,
            Mention(
                "greeting",
                "Greeting",
                "",
                lambda letter: "Bonjour" in letter_reader.words(letter),
                "Nobody is greeted at “%(stage)s”.",
            ),
            "MENTIONS",
        )
        self._register(
            rules,
            Rule("shouting", "shouting", "", re.compile("!{2,}")),
            "RULES",
        )
        self.addCleanup(rules._get_patterns.cache_clear)
        reminder = letter_kinds.get("reminder")
        self._register(
            letter_kinds,
            LetterKind(
                "reminder",
                titles="RAPPEL",
                translated_titles={"en": {"business": "A REMINDER"}},
                required=(*reminder.get_required("business"), "greeting"),
                forbidden=("shouting",),
            ),
            "_KINDS",
        )
        action = self._make("business", "reminder")
        values = self._values(action)
        missing, broken = mentions.check(values)
        self.assertEqual([mention.code for mention in missing], ["greeting"])
        self.assertEqual(broken, [])
        values["intro"] = "<p>Bonjour !!</p>"
        missing, broken = mentions.check(values)
        self.assertEqual(missing, [])
        self.assertEqual([rule.code for rule, _words in broken], ["shouting"])
        self.assertEqual(values["title"], "RAPPEL")
        abroad = self._values(self._make("business", "reminder", abroad=True))
        self.assertEqual(abroad["title"], "A REMINDER")

    def test_figures_with_a_table_of_their_own(self):
        """A table names its template, in the letter and on the pages of an annex."""
        owner = type(self.service)

        def _prepare_list_figures(self, action):
            gathered, writer = self._gather_figures(action), self._get_writer(action)
            table = {
                "kind": "list",
                "template": "base.qweb_list",
                "caption": "",
                "note": "",
                "rows": [{"number": str(number)} for number in range(60)],
                "sums": [],
            }
            return {
                **figures.place([table], 10, gathered, writer),
                "totals": [],
                "total": writer.money(gathered.sums.total),
                "total_label": writer.text("total"),
                "total_words": writer.spell(gathered.sums.total),
                "payable": gathered.sums.total / 2,
            }

        self.env["ir.ui.view"].create(
            {
                "name": "list",
                "key": "base.qweb_list",
                "type": "qweb",
                "arch": """<t t-name="base.qweb_list">
                    <p t-foreach="table['rows']" t-as="row" t-out="row['number']"/>
                </t>""",
            }
        )
        method = "_prepare_list_figures"
        patcher = patch.object(owner, method, _prepare_list_figures, create=True)
        patcher.start()
        self.addCleanup(patcher.stop)
        self._register(
            letter_kinds,
            LetterKind("reminder", figures="_prepare_list_figures"),
            "_KINDS",
        )
        action = self._make("business", "reminder")
        values = self._values(action)
        self.assertEqual((values["tables"], len(values["annex"])), ([], 2))
        self.assertTrue(values["payment"]["code"])
        html = self.env["ir.qweb"]._render(
            "l10n_fr_recouvrement.report_letter",
            self.service._prepare_document([values]),
        )
        self.assertIn("<p>59</p>", str(html))
