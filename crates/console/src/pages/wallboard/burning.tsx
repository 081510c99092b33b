// The conversations that press most, and why. A private message's words and its author stay off the wall.

import { useEffect } from "preact/hooks";
import type { Summary } from "../../api/model";
import { t, word } from "../../i18n";
import { now } from "../../lib/clock";
import { conversationLink } from "../../lib/route";
import { heat } from "../../lib/urgency";
import { brandName, personName, teamName } from "../../live/brands";
import { preview, wantPreview } from "../../live/preview";
import { DemoChip, NetworkChip, Reasons } from "../../ui/chips";
import { Empty } from "../../ui/load";
import { Line, Name } from "../../ui/words";

const SHOWN = 20;

export function Burning({ list }: { list: readonly Summary[] }) {
  // When all is demo, one mark on the page is enough.
  const mixed = list.some((one) => !one.demo);
  return (
    <section class="panel burning" aria-labelledby="burning-title">
      <header class="panel-head">
        <h2 id="burning-title">{t("wall.burning")}</h2>
        <p class="quiet">{t("wall.burning.hint")}</p>
      </header>
      {list.length === 0 ? (
        <Empty title={t("wall.calm")} hint={t("wall.calm.hint")} />
      ) : (
        <ol class="burning-list">
          {list.slice(0, SHOWN).map((summary) => (
            <BurningRow key={summary.id} summary={summary} mixed={mixed} />
          ))}
        </ol>
      )}
    </section>
  );
}

function BurningRow({ summary, mixed }: { summary: Summary; mixed: boolean }) {
  const { id, version } = summary;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the words are fetched again when the version grows
  useEffect(() => {
    if (!summary.private) wantPreview(summary);
  }, [id, version]);
  const words = preview(id).value;
  const secret = summary.private || words?.private;
  return (
    <li>
      <a class={`burn burn-${heat(summary, now.value)}`} href={conversationLink(id)}>
        <span class="burn-main">
          <span class="burn-who">
            {secret ? (
              t("private.message")
            ) : (
              <Name>{words?.customer?.name || words?.customer?.handle || t("unknownCustomer")}</Name>
            )}
            <span class="quiet">
              {" "}
              · <bdi>{brandName(summary.brand)}</bdi>
              {summary.intent && ` · ${word("intent", summary.intent)}`}
            </span>
          </span>
          {!secret && words && <Line text={words.text} lang={words.by ? undefined : summary.language} />}
        </span>
        <span class="burn-why">
          <Reasons summary={summary} most={3} />
          <span class="burn-place">
            <NetworkChip network={summary.network} isPrivate={summary.private} />
            <bdi>
              {summary.assignee
                ? personName(summary.brand, summary.assignee)
                : teamName(summary.brand, summary.team) || t("noTeam")}
            </bdi>
            {summary.demo && mixed && <DemoChip />}
          </span>
        </span>
      </a>
    </li>
  );
}
