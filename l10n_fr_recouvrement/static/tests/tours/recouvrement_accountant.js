import { registry } from "@web/core/registry";

/**
 * An accountant goes from the invoice list to a printed letter. Selectors go by technical
 * name: the screens may be in any language.
 */
registry.category("web_tour.tours").add("recouvrement_accountant", {
    steps: () => [
        {
            content: "Select the overdue invoice",
            trigger: ".o_data_row:contains(Menuiserie Exemple) .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Ask what would go out",
            trigger: ".o_control_panel button[name=action_recouvrement_prepare]",
            run: "click",
        },
        {
            content: "The preview shows the debtor and what is owed",
            trigger:
                ".modal div[name=due_line_ids] .o_data_row:contains(Menuiserie Exemple):contains(1 234,56)",
        },
        {
            content: "Prepare the action",
            trigger: ".modal button[name=action_start]",
            run: "click",
        },
        {
            content: "Read the letter's text",
            trigger: ".o_form_view .o_notebook a[name=letter]",
            run: "click",
        },
        {
            content: "The amount is in the letter",
            trigger: ".o_form_view div[name=letter_demand]:contains(€)",
        },
        {
            content: "Approve and print",
            trigger: ".o_form_statusbar button[name=action_approve_and_send]",
            run: "click",
        },
        {
            content: "Confirm that it is posted today",
            trigger: ".modal .modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "The action is sent",
            trigger: ".o_statusbar_status button[data-value=sent].o_arrow_button_current",
        },
        {
            content: "The proof is kept",
            trigger: ".o_notebook a[name=proof]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=letter_sha256]:not(.o_field_empty)",
        },
    ],
});
