import { registry } from "@web/core/registry";

const SUBJECT = ".o_form_view div[name=letter_subject] input";
const SAVE = ".o_form_view .o_form_button_save";

/**
 * A manager words a stage, is told what is wrong, mends it and looks at the letter.
 * Selectors go by technical name: the screens may be in any language.
 */
export const wordTheStage = () => [
    {
        content: "Break a placeholder",
        trigger: SUBJECT,
        run: "edit Impayé de {{ object.principal_txt }}",
    },
    {
        content: "Save",
        trigger: SAVE,
        run: "click",
    },
    {
        content: "The refusal names what is wrong and what was meant",
        trigger:
            ".modal .modal-body:contains(object.principal_txt):contains(object.principal_text)",
    },
    {
        content: "Stay on the stage",
        trigger: ".modal .modal-footer button:last",
        run: "click",
    },
    {
        content: "Mend it",
        trigger: `body:not(:has(.modal)) ${SUBJECT}`,
        run: "edit Impayé de {{ object.principal_text }}",
    },
    {
        content: "The debtor is one that owes something",
        trigger: ".o_form_view div[name=preview_partner_id] input:value(Menuiserie Exemple)",
    },
    {
        content: "Look at the letter before anything is saved",
        trigger: ".o_recouvrement_refresh",
        run: "click",
    },
    {
        content: "It is printed, amount in its place",
        trigger:
            ".o_recouvrement_preview iframe:iframe .textLayer:contains(Impayé de 1 234,56)",
    },
    {
        content: "Look at its e-mail",
        trigger: ".o_recouvrement_preview button[name=mail]",
        run: "click",
    },
    {
        trigger: ".o_recouvrement_preview .o_subject:contains(Impayé de 1 234,56)",
    },
    {
        content: "Save",
        trigger: SAVE,
        run: "click",
    },
    {
        content: "It is saved",
        trigger: ".o_form_view .o_form_saved",
    },
];

registry.category("web_tour.tours").add("recouvrement_texts", { steps: wordTheStage });

/** Then the letter is sent. What comes back of it goes on from here. */
export const sendTheLetter = () => [
    {
        content: "Open the action of the debtor",
        trigger: ".o_data_row:contains(Menuiserie Exemple) td[name=partner_id]",
        run: "click",
    },
    {
        content: "The letter has the words of the stage",
        trigger: ".o_form_view .o_notebook a[name=letter]",
        run: "click",
    },
    {
        trigger: ".o_form_view div[name=letter_subject]:contains(Impayé de 1 234,56)",
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
];

/** The post gives it a number, and brings it back: nobody collected it. */
export const followTheLetter = () => [
    {
        content: "Enter the registered number",
        trigger: ".o_form_view div[name=tracking_number] input",
        run: "edit 1A 234 567 8901 2",
    },
    {
        content: "Save",
        trigger: SAVE,
        run: "click",
    },
    {
        trigger: ".o_form_view .o_form_saved",
    },
    {
        content: "The letter came back",
        trigger: ".o_form_statusbar button[name=action_return]",
        run: "click",
    },
    {
        content: "Nobody collected it",
        trigger: ".modal div[name=reason] input[data-value=unclaimed]",
        run: "click",
    },
    {
        content: "It was presented all the same",
        trigger: ".modal div[name=date_presented] button, .modal div[name=date_presented] input",
        run: "click",
    },
    {
        trigger: ".o_date_picker .o_today",
        run: "click",
    },
    {
        content: "Confirm",
        trigger: ".modal footer button[name=action_confirm]",
        run: "click",
    },
    {
        content: "The action says so",
        trigger: ".o_form_view:not(:has(.modal)) div[name=return_reason]",
    },
    {
        trigger: ".o_statusbar_status button[data-value=returned].o_arrow_button_current",
    },
];

registry.category("web_tour.tours").add("recouvrement_texts_sent", {
    steps: () => [...sendTheLetter(), ...followTheLetter()],
});
