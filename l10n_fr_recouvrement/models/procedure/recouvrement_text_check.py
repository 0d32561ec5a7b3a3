import builtins
import re
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce

from odoo import api, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tools.rendering_tools import parse_inline_template

from odoo.addons.base.models.ir_qweb import QWebError

from ...paper.page import letter_markup
from ...paper.page.letter_markup import Spot
from ...paper.words import letter_placeholders
from ..settings.crossing import raise_crossing
from .expression import evaluate

TEMPLATE_EDITOR = "mail.group_mail_template_editor"
CHAIN = re.compile(r"\bobject(?:\.\w+)+")
# Directives whose value is a Python expression.
EXPRESSIONS = (*letter_markup.PRINTED, "t-if", "t-elif", "t-value", "t-foreach")
# A letter that printed its own text would never end.
OWN_TEXTS = re.compile(r"\bobject\.letter_(?:subject|intro|demand|closing|texts)\b")


@dataclass(frozen=True)
class Problem:
    """What is wrong with a text: where, with which expression, and why."""

    spot: Spot
    expression: str
    reason: str


class RecouvrementTextCheck(models.AbstractModel):
    """Tries out the texts of letters and e-mails on a sample action, and reports
    what is wrong, with the line and what was most likely meant."""

    _name = "recouvrement.text.check"
    _description = "Check of the texts of letters"

    @api.model
    def _check(self, owner, stage, texts, text_fields, is_email=False):
        """Refuse texts that cannot be rendered.

        :param owner: what has the texts, as the message begins
        :param stage: stage of the letter, may be empty
        :param texts: ``{name: text}``
        :param text_fields: the fields they are of, by name
        :param is_email: an e-mail may hold the texts of the letter it carries
        :raise AccessError: a text asks for more than the placeholders, and the user
            may not write templates: nothing of it is tried out
        :raise ValidationError: names the owner, the field, the line, the expression
        """
        texts = {name: text for name, text in texts.items() if text}
        if not texts:
            return
        sample = self._get_sample(stage)
        asks_for_more = self._asks_for_more(texts, text_fields)
        if asks_for_more:
            # What else it asks for, it gets by the rights of who wrote it.
            sample = sample.sudo(False)
        may_run = not asks_for_more or self._may_ask_for_more()
        for name, text in texts.items():
            field = text_fields[name]
            is_rich = self._is_rich(field)
            find = self._find_problem_rich if is_rich else self._find_problem_inline
            problem = find(str(text), sample, is_email, may_run)
            if problem:
                self._refuse(owner, field._description_string(self.env), problem)
        if not may_run:
            self._refuse_right(owner)

    @api.model
    def _is_rich(self, field):
        return getattr(field, "render_engine", "") == "qweb"

    @api.model
    def _asks_for_more(self, texts, text_fields):
        """Whether texts hold expressions that are no placeholders."""
        mixin, model = self.env["mail.render.mixin"], "recouvrement.action"
        return any(
            mixin._has_unsafe_expression_template_qweb(text, model)
            if self._is_rich(text_fields[name])
            else mixin._has_unsafe_expression_template_inline_template(text, model)
            for name, text in texts.items()
        )

    @api.model
    def _may_ask_for_more(self):
        """Whether the user may write expressions that are no placeholders."""
        if self.env.context.get("recouvrement_placeholders_only"):
            return False
        return self.env.su or self.env.user.has_group(TEMPLATE_EDITOR)

    @api.model
    def _refuse_right(self, owner):
        raise AccessError(
            self.env._(
                "%(owner)s: the text asks for more than the placeholders, which takes "
                "the right “%(group)s”. Use the placeholders that are listed, or ask "
                "an administrator.",
                owner=owner,
                group=self.env.ref(TEMPLATE_EDITOR).sudo().name,
            )
        )

    @api.model
    def _check_closed(self, markup, label):
        """Refuse a rich text in which a tag is left open."""
        fault = letter_markup.find_unclosed(markup)
        if fault:
            tag, spot = fault
            raise ValidationError(
                self.env._(
                    "“%(field)s”, line %(line)s (%(quote)s): the tag <%(tag)s> "
                    "%(problem)s.",
                    field=label,
                    line=spot.line,
                    quote=spot.quote,
                    tag=tag,
                    problem=self.env._("closes nothing")
                    if tag.startswith("/")
                    else self.env._("is not closed"),
                )
            )

    @api.model
    def _refuse(self, owner, label, problem):
        message = self.env._(
            "%(owner)s, “%(field)s”, line %(line)s (%(quote)s): %(reason)s",
            owner=owner,
            field=label,
            line=problem.spot.line,
            quote=problem.spot.quote,
            reason=problem.reason,
        )
        suggestion = letter_placeholders.suggest(
            problem.expression, self._get_expressions()
        )
        if suggestion and f"“{suggestion}”" not in problem.reason:
            message += " " + self.env._("Did you mean “%s”?", suggestion)
        raise ValidationError(message)

    @api.model
    def _get_expressions(self):
        return [
            placeholder.expression
            for placeholder in self.env["recouvrement.action"]._get_placeholders()
        ]

    # ------------------------------------------------------------------
    # A subject: one line with {{ … }}
    # ------------------------------------------------------------------

    @api.model
    def _find_problem_inline(self, text, sample, is_email, may_run=True):
        spot = Spot(1, text)
        parts = parse_inline_template(text)
        if re.search(r"\{\{\s*(\|\|\|.*?)?\}\}", text):
            return Problem(spot, "", self._get_open_braces())
        for words, expression, _default in parts:
            if re.search(r"\{\{|\}\}", words):
                return Problem(spot, "", self._get_open_braces())
            if expression:
                fault = self._find_fault(
                    expression, sample, is_email
                ) or self._find_record(expression, sample)
                if fault:
                    return Problem(spot, *fault)
        values = self._get_values(sample)
        for _words, expression, _default in parts:
            if not expression or not may_run:
                continue
            try:
                evaluate(expression, dict(values))
            except Exception as error:
                raise_crossing(error)
                return Problem(spot, expression, self._explain(expression, error))
        return None

    # ------------------------------------------------------------------
    # A rich text: QWeb
    # ------------------------------------------------------------------

    @api.model
    def _find_problem_rich(self, markup, sample, is_email, may_run=True):
        spot = letter_markup.find_words(markup, r"(?<!\{)\{\{(?!\{)|\}\}(?!\})")
        if spot:
            return Problem(spot, "", self._get_open_braces())
        asked = letter_markup.find_asked(markup)
        names = self._get_local_names(asked)
        for item in asked:
            if item.directive in EXPRESSIONS or item.directive.startswith("t-att-"):
                fault = self._find_fault(item.expression, sample, is_email, names)
                if not fault and item.directive in letter_markup.PRINTED:
                    fault = self._find_record(item.expression, sample)
                if fault:
                    return Problem(item.spot, *fault)
            reason = self._find_swallowed(item)
            if reason:
                return Problem(item.spot, item.expression, reason)
        return self._find_rendering_problem(markup, sample) if may_run else None

    @api.model
    def _get_local_names(self, asked):
        """Names that the text itself gives a value: of loops and of variables."""
        names = set()
        for item in asked:
            if item.directive == "t-set":
                names.add(item.expression)
            elif item.directive == "t-as":
                names |= {item.expression} | {
                    f"{item.expression}_{suffix}"
                    for suffix in ("index", "first", "last", "value", "size", "parity")
                }
        return names

    @api.model
    def _find_swallowed(self, item):
        """What stands inside a placeholder that always has a value is never printed."""
        if item.directive != "t-out" or not (item.inside or item.has_children):
            return ""
        may_be_empty = {
            placeholder.expression: placeholder.may_be_empty
            for placeholder in self.env["recouvrement.action"]._get_placeholders()
        }
        if item.has_children or not may_be_empty.get(item.expression.strip(), True):
            return self.env._(
                "the words inside the placeholder “%s” would not be printed: close it "
                "before them.",
                item.expression,
            )
        return ""

    @api.model
    def _find_rendering_problem(self, markup, sample):
        try:
            self.env["ir.qweb"]._render(
                letter_markup.parse(markup), self._get_values(sample)
            )
        except Exception as error:
            raise_crossing(error)
            info = getattr(error, "qweb", None)
            cause = error.__cause__ if isinstance(error, QWebError) else error
            lines = letter_markup.Lines(markup)
            found = info and info.path and lines.root.getroottree().xpath(info.path)
            element = found[0] if found else lines.root
            expressions = [
                value for name, value in element.attrib.items() if name in EXPRESSIONS
            ]
            expression = expressions[0] if expressions else ""
            return Problem(
                lines.get_spot(element),
                expression,
                self._explain(expression, cause or error),
            )
        return None

    # ------------------------------------------------------------------
    # One expression
    # ------------------------------------------------------------------

    @api.model
    def _find_fault(self, expression, sample, is_email, names=frozenset()):
        """What is wrong with an expression, as found without running it:
        ``(part at fault, reason)``; nothing when all is well."""
        try:
            read = letter_markup.find_names(expression)
        except SyntaxError as error:
            return expression, self._explain(expression, error)
        if not is_email and OWN_TEXTS.search(expression):
            return "", self.env._(
                "“%s” is a text of this letter, for the e-mail that carries it.",
                expression,
            )
        unknown = read - names - self._get_values(sample).keys() - set(dir(builtins))
        if unknown:
            return expression, self.env._("“%s” does not exist.", min(unknown))
        for chain in CHAIN.findall(expression):
            try:
                reduce(getattr, chain.split(".")[1:], sample)
            except AttributeError:
                return chain, self.env._("“%s” does not exist.", chain)
            except Exception as error:
                raise_crossing(error)
                return chain, self._explain(chain, error)
        return None

    @api.model
    def _find_record(self, expression, sample):
        """A record is no text: what would be printed is its number."""
        chain = expression.strip()
        if CHAIN.fullmatch(chain):
            value = reduce(getattr, chain.split(".")[1:], sample)
            if isinstance(value, models.BaseModel):
                return f"{chain}.name", self.env._(
                    "“%s” is a record, which cannot be printed: say what of it.", chain
                )
        return None

    @api.model
    def _get_values(self, sample):
        return {
            **self.env["recouvrement.stage"]._render_eval_context(),
            "object": sample,
        }

    @api.model
    def _get_open_braces(self):
        return self.env._(
            "a placeholder is written {{ object.name }}, its name between the braces."
        )

    @api.model
    def _explain(self, expression, error):
        if isinstance(error, SyntaxError):
            return self.env._(
                "“%(expression)s” cannot be read: %(error)s.",
                expression=expression,
                error=error.msg,
            )
        return self.env._(
            "“%(expression)s” fails: %(error)s",
            expression=expression,
            error=error,
        )

    # ------------------------------------------------------------------
    # Sample
    # ------------------------------------------------------------------

    @api.model
    def _get_sample(self, stage):
        """An action in memory in which every placeholder has a value."""
        company = stage.company_id or self.env.company
        today = company._recouvrement_today()
        partner = self.env["res.partner"].new(
            {"name": "Menuiserie Exemple", "ref": "C0042", "email": "a@b.example"}
        )
        return (
            self.env["recouvrement.action"]
            .sudo()
            .new(
                {
                    "name": "REC/00123",
                    "company_id": company.id,
                    "partner_id": partner,
                    "contact_id": partner,
                    "stage_id": stage.id,
                    "profile": stage.profile or "business",
                    "channel": stage.channel or "letter",
                    "state": "to_approve",
                    "user_id": self.env.user.id,
                    "date": today,
                    "date_deadline": today + timedelta(days=8),
                    "currency_id": company.currency_id.id,
                    "letter_texts": self._prepare_sample_texts(),
                    "letter_note": "<p>Note</p>",
                    "tracking_number": "1A 123 456 7890 1",
                    "line_ids": [
                        Command.create(self._prepare_sample_line(company, today))
                    ],
                }
            )
        )

    @api.model
    def _prepare_sample_texts(self):
        return {
            "letter_subject": "Rappel",
            "letter_intro": "<p>Avant.</p>",
            "letter_demand": "<p>Demande.</p>",
            "letter_closing": "<p>Fin.</p>",
        }

    @api.model
    def _prepare_sample_line(self, company, today):
        due = today - timedelta(days=31)
        return {
            "kind": "invoice",
            "move_id": self.env["account.move"].new(
                {
                    "name": "FAC/2026/00042",
                    "move_type": "out_invoice",
                    "company_id": company.id,
                    "currency_id": company.currency_id.id,
                    "invoice_date": due - timedelta(days=30),
                    "invoice_date_due": due,
                }
            ),
            "label": "FAC/2026/00042",
            "date_document": due - timedelta(days=30),
            "date_due": due,
            "days_late": 31,
            "amount_original": 1234.56,
            "amount_residual": 1234.56,
            "amount_interest": 10.36,
            "amount_indemnity": 40.0,
            "penalty_detail": [],
        }
