import { registry } from "@web/core/registry";

const CALL = ".o_data_row:contains(Camille Fictif)";

/**
 * The accountant's morning: preview, run, approve the letters, print them, call a debtor
 * and note its promise. Selectors go by technical name: the screens may be in any
 * language.
 */
registry.category("web_tour.tours").add("recouvrement_morning", {
    steps: () => [
        {
            content: "The preview lists the letter",
            trigger: ".modal div[name=due_line_ids] .o_data_row:contains(Menuiserie Exemple)",
        },
        {
            content: "And the call; prepare both",
            trigger: ".modal div[name=due_line_ids]:has(.o_data_row:contains(Camille Fictif))",
        },
        {
            content: "Start the run",
            trigger: ".modal button[name=action_start]",
            run: "click",
        },
        {
            content: "Choose the letter",
            trigger: ".o_data_row:contains(Menuiserie Exemple) .o_list_record_selector input",
            run: "click",
        },
        {
            content: "And the one of the workshop",
            trigger: ".o_data_row:contains(Atelier Exemple) .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Approve all",
            trigger: ".o_control_panel button[name=action_approve]",
            run: "click",
        },
        {
            content: "They are ready",
            trigger: ".o_data_row:contains(Menuiserie Exemple) .text-bg-info",
        },
        {
            content: "Choose them again",
            trigger:
                ".o_data_row:contains(Menuiserie Exemple):not(.o_data_row_selected) .o_list_record_selector input",
            run: "click",
        },
        {
            trigger:
                ".o_data_row:contains(Atelier Exemple):not(.o_data_row_selected) .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Print them to post",
            trigger: ".o_control_panel button[name=action_confirm_sending]",
            run: "click",
        },
        {
            content: "Read what will leave",
            trigger: ".modal .o_data_row td[name=note]:contains(numéro)",
        },
        {
            content: "Confirm that they are posted today",
            trigger: ".modal .modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "They are sent",
            trigger:
                ".o_list_view:not(:has(.modal)) .o_data_row:contains(Menuiserie Exemple) .text-bg-success",
        },
        {
            content: "Open the call",
            trigger: `${CALL} td[name=partner_id]`,
            run: "click",
        },
        {
            content: "The sheet says whom to call",
            trigger: ".o_form_view div[name=call_phone] a[href^='tel:']",
        },
        {
            content: "The debtor promises to pay",
            trigger: ".o_form_statusbar button.o_recouvrement_promise",
            run: "click",
        },
        {
            content: "The amount is what it owes",
            trigger: ".modal div[name=promise_amount] input:value(500,00)",
        },
        {
            content: "Confirm",
            trigger: ".modal footer button[name=action_confirm]",
            run: "click",
        },
        {
            content: "The call is done",
            trigger: ".o_statusbar_status button[data-value=done].o_arrow_button_current",
        },
    ],
});
