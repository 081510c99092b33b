// The two ways to look at figures.

import { t } from "../../i18n";
import { measuresLink, scorecardLink } from "../../lib/route";

export function Tabs({ at }: { at: "scorecard" | "measures" | "" }) {
  return (
    <nav class="tabs" aria-label={t("score.tabs")}>
      <a class="tab" href={scorecardLink({})} aria-current={at === "scorecard" ? "page" : undefined}>
        {t("score.title")}
      </a>
      <a class="tab" href={measuresLink()} aria-current={at === "measures" ? "page" : undefined}>
        {t("meas.title")}
      </a>
    </nav>
  );
}
