import { Component, onWillUnmount, useEffect, useRef, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { hidePDFJSButtons } from "@web/core/utils/pdfjs";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const VIEWER = "/web/static/lib/pdfjs/web/viewer.html";

/**
 * The letter and the e-mail of a stage as the debtor chosen would get them, with what the
 * form changed and did not save.
 */
export class RecouvrementPreview extends Component {
    static template = "l10n_fr_recouvrement.Preview";
    static props = standardWidgetProps;

    setup() {
        this.orm = useService("orm");
        this.state = useState({
            isLoading: false,
            tab: "letter",
            letter: "",
            mail: false,
            notice: "",
            error: "",
        });
        this.viewer = useRef("viewer");
        useEffect(
            (viewer) => {
                if (viewer) {
                    hidePDFJSButtons(viewer, { hidePresentation: true });
                }
            },
            () => [this.viewer.el]
        );
        onWillUnmount(() => this.forget());
    }

    get letterUrl() {
        return `${VIEWER}?file=${encodeURIComponent(this.state.letter)}#zoom=page-width&pagemode=none`;
    }

    forget() {
        if (this.state.letter) {
            URL.revokeObjectURL(this.state.letter);
        }
        this.state.letter = "";
    }

    async refresh() {
        const record = this.props.record;
        this.state.isLoading = true;
        try {
            const changes = await record.getChanges();
            const result = await this.orm.call("recouvrement.stage", "get_preview", [
                [record.resId],
                changes,
                record.data.preview_partner_id?.id || false,
                record.data.preview_text_id?.id || false,
            ]);
            this.forget();
            Object.assign(this.state, result, { letter: this.read(result.letter) });
        } finally {
            this.state.isLoading = false;
        }
    }

    /** Address that the viewer reads the letter at: it is nowhere on the server. */
    read(letter) {
        if (!letter) {
            return "";
        }
        const bytes = Uint8Array.from(atob(letter), (character) => character.charCodeAt(0));
        return URL.createObjectURL(new Blob([bytes], { type: "application/pdf" }));
    }
}

registry.category("view_widgets").add("recouvrement_preview", {
    component: RecouvrementPreview,
});
