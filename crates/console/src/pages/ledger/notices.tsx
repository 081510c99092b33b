// Words of the brand that belong to no conversation and are not sent yet; of one in doubt a person says how it ended.

import { listNotices, type OpenNotice, settleNotice } from "../../api/news";
import { t, tn, word } from "../../i18n";
import { networkName, words } from "../../lib/text";
import { brandName, personName, teamName } from "../../live/brands";
import { Failed, Loading, useLoad } from "../../ui/load";
import { Refused } from "../../ui/refusal";
import { Ago } from "../../ui/time";
import { useIntention } from "../conversation/deed";

export function NoticesPanel() {
  const { value, error, reload } = useLoad("notices", listNotices);
  return (
    <section class="panel" aria-labelledby="notices-title">
      <h2 id="notices-title">{t("ledger.notices")}</h2>
      {error && !value && <Failed error={error} reload={reload} />}
      {!error && !value && <Loading />}
      {value?.length === 0 && <p class="quiet">{t("ledger.outbox.none")}</p>}
      <ul class="outbox">
        {value?.map((one) => (
          <NoticeRow key={one.id} one={one} reload={reload} />
        ))}
      </ul>
    </section>
  );
}

function NoticeRow({ one, reload }: { one: OpenNotice; reload: () => void }) {
  const doubt = one.status === "in_doubt";
  const doing = useIntention(`notice ${one.id}`, (arrived: boolean, mine, requestId) =>
    settleNotice(one, mine.person, arrived, requestId),
  );
  const say = async (arrived: boolean) => {
    if (await doing.run(arrived)) reload();
  };
  return (
    <li class={doubt ? "outgoing outgoing-doubt" : "outgoing"}>
      <p class="outgoing-head">
        <span class={doubt ? "chip chip-ember" : "chip chip-info"}>{word("reply", one.status)}</span>
        <bdi>{brandName(one.brand)}</bdi>
        <span>{word("open", one.kind)}</span>
        {one.shift && <span>{word("shift", one.shift)}</span>}
        {one.team && <bdi>{teamName(one.brand, one.team)}</bdi>}
        {one.person && <bdi>{personName(one.brand, one.person)}</bdi>}
        <span>{one.way ? word("way-of", one.way) : networkName(one.network)}</span>
        <span class="quiet">{tn("case.attempts", one.attempts)}</span>
        {one.reason && <span class="quiet">{words(one.reason)}</span>}
        {one.since !== undefined && (
          <span class="quiet">
            <Ago at={one.since} />
          </span>
        )}
      </p>
      {doubt && (
        <div class="settle">
          <p>{t("case.doubt")}</p>
          <p class="row-of-buttons">
            <button type="button" class="button" disabled={doing.busy} onClick={() => void say(true)}>
              {t("case.arrived")}
            </button>
            <button type="button" class="button" disabled={doing.busy} onClick={() => void say(false)}>
              {t("case.notArrived")}
            </button>
          </p>
          <Refused text={doing.refused} />
        </div>
      )}
    </li>
  );
}
