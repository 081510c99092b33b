// What services could not work on: why, since when, and another try for one or for all of a service.

import { useEffect, useState } from "preact/hooks";
import { type AsideCount, listSetAside, retryAll } from "../../api/setaside";
import { num, t, tn, word } from "../../i18n";
import { replace, setAsideLink } from "../../lib/route";
import { Empty, Failed, Loading, useLoad } from "../../ui/load";
import { Refused } from "../../ui/refusal";
import { useIntention } from "../conversation/deed";
import { Pick } from "../conversation/forms";
import { Tabs } from "../ledger/tabs";
import { AsideRow } from "./row";

const PAGE = 50;
const MOST = 500;
/** The log tells nobody of what is set aside, so it is asked. */
const AGAIN_MS = 5_000;

export function SetAside({ params }: { params: URLSearchParams }) {
  const service = params.get("service") ?? "";
  const [most, setMost] = useState(PAGE);
  const { value, error, reload } = useLoad(`set-aside ${service} ${most}`, (signal) =>
    listSetAside(service, most, signal),
  );
  useEvery(reload);
  return (
    <div class="page">
      <h1 tabIndex={-1} id="title">
        {t("aside.title")}
      </h1>
      <Tabs at="setaside" />
      <p class="lead">{t("aside.lead")}</p>
      {error && !value && <Failed error={error} reload={reload} />}
      {!error && !value && <Loading />}
      {value?.services.length === 0 && <Empty title={t("aside.none")} hint={t("aside.none.hint")} />}
      {value && value.services.length > 0 && (
        <>
          <Services services={value.services} reload={reload} />
          <section class="panel" aria-labelledby="aside-items">
            <h2 id="aside-items">{t("aside.items")}</h2>
            <Pick
              label={t("aside.service")}
              value={service}
              none={t("inbox.any")}
              onPick={(picked) => replace(setAsideLink({ service: picked }))}
              options={value.services.map((one) => [one.service, word("service", one.service)])}
            />
            {value.items.length === 0 && <p class="quiet">{t("inbox.empty")}</p>}
            <ul class="outbox">
              {value.items.map((one) => (
                <AsideRow key={one.id} one={one} reload={reload} />
              ))}
            </ul>
            {value.more && most < MOST && (
              <p class="more">
                <button type="button" class="button" onClick={() => setMost(Math.min(most * 2, MOST))}>
                  {t("inbox.loadMore")}
                </button>
              </p>
            )}
          </section>
        </>
      )}
    </div>
  );
}

/** Asks again every few seconds, while somebody can see it. */
function useEvery(reload: () => void): void {
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) reload();
    }, AGAIN_MS);
    return () => clearInterval(timer);
  }, [reload]);
}

function Services({ services, reload }: { services: readonly AsideCount[]; reload: () => void }) {
  return (
    <section class="panel" aria-labelledby="aside-services">
      <h2 id="aside-services">{t("aside.services")}</h2>
      <ul class="outbox">
        {services.map((one) => (
          <Service key={one.service} one={one} reload={reload} />
        ))}
      </ul>
    </section>
  );
}

function Service({ one, reload }: { one: AsideCount; reload: () => void }) {
  const doing = useIntention(`set-aside ${one.service}`, (service: string, mine) => retryAll(service, mine.person));
  const again = async () => {
    if (await doing.run(one.service)) reload();
  };
  return (
    <li class="outgoing">
      <p class="outgoing-head">
        <strong>{word("service", one.service)}</strong>
        <span class="figure">{tn("aside.count", one.items)}</span>
        {one.retrying > 0 && <span class="chip chip-info">{t("aside.retrying", { n: num(one.retrying) })}</span>}
        {one.canRetry ? (
          <button
            type="button"
            class="button"
            disabled={doing.busy || one.retrying === one.items}
            onClick={() => void again()}
          >
            {t("aside.retryAll", { service: word("service", one.service) })}
          </button>
        ) : (
          <span class="quiet">{t(one.service === "ingest" ? "aside.sendAgain" : "aside.follows")}</span>
        )}
      </p>
      <Refused text={doing.refused} />
    </li>
  );
}
