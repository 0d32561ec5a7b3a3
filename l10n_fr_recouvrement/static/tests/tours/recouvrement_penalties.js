import { registry } from "@web/core/registry";

/**
 * An accountant waives a part of the penalties of an invoice, then charges the rest.
 * Selectors go by technical name: the screens may be in any language.
 */
registry.category("web_tour.tours").add("recouvrement_penalties", {
    steps: () => [
        {
            content: "Open the page of follow-up",
            trigger: ".o_form_view .o_notebook a[name=recouvrement]",
            run: "click",
        },
        {
            content: "Compute the penalties up to today",
            trigger: "button[name=action_recouvrement_refresh_penalties]",
            run: "click",
        },
        {
            content: "Interest and indemnity are listed",
            trigger: "div[name=recouvrement_penalty_line_ids] .o_data_row:contains(40,00)",
        },
        {
            content: "Waive some",
            trigger: "button[name=action_recouvrement_waive]",
            run: "click",
        },
        {
            content: "Edit the line",
            trigger: ".modal div[name=line_ids] .o_data_row td[name=amount_indemnity]",
            run: "click",
        },
        {
            content: "Only the indemnity",
            trigger: ".modal div[name=line_ids] div[name=amount_interest] input",
            run: "edit 0",
        },
        {
            content: "Say why",
            trigger: ".modal div[name=reason] textarea",
            run: "edit Premier retard",
        },
        {
            content: "Grant it",
            trigger: ".modal button[name=action_waive]",
            run: "click",
        },
        {
            content: "The waiver is listed",
            trigger: "div[name=recouvrement_waiver_ids] .o_data_row:contains(Premier retard)",
        },
        {
            content: "Charge the rest",
            trigger: "button[name=action_recouvrement_charge]",
            run: "click",
        },
        {
            content: "The preview shows the invoice",
            trigger: ".modal div[name=line_ids] .o_data_row",
        },
        {
            content: "Make the debit note",
            trigger: ".modal button[name=action_charge]",
            run: "click",
        },
        {
            content: "The debit note is open, and leads back to the invoice",
            trigger: "button[name=action_view_recouvrement_charged_invoices]",
            run: "click",
        },
        {
            content: "The invoice leads to its debit note",
            trigger: "button[name=action_view_recouvrement_debit_notes]",
        },
    ],
});
