// What came in and went out, and what nobody could work on.

import { t } from "../../i18n";
import { setAsideLink } from "../../lib/route";

export function Tabs({ at }: { at: "ledger" | "setaside" }) {
  return (
    <nav class="tabs" aria-label={t("nav.ledger")}>
      <a class="tab" href="#/ledger" aria-current={at === "ledger" ? "page" : undefined}>
        {t("ledger.title")}
      </a>
      <a class="tab" href={setAsideLink({})} aria-current={at === "setaside" ? "page" : undefined}>
        {t("aside.title")}
      </a>
    </nav>
  );
}
