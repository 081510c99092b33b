// The loss ledger: did we miss anything? And the way out: what is not sent yet, and what nobody can be sure of.

import { useEffect } from "preact/hooks";
import { intake, outbox } from "../../api/calls";
import type { Intake, Outgoing } from "../../api/model";
import { num, t, tn, word } from "../../i18n";
import { conversationLink } from "../../lib/route";
import { networkName, words } from "../../lib/text";
import { brandName } from "../../live/brands";
import { onChange } from "../../live/store";
import { Empty, Failed, Loading, useLoad } from "../../ui/load";
import { Ago } from "../../ui/time";
import { Settle } from "../conversation/bubble";
import { NoticesPanel } from "./notices";
import { Tabs } from "./tabs";

const AGAIN_MS = 5_000;

export function Ledger() {
  return (
    <div class="page">
      <h1 tabIndex={-1} id="title">
        {t("ledger.title")}
      </h1>
      <Tabs at="ledger" />
      <p class="lead">{t("ledger.lead")}</p>
      <IntakePanel />
      <OutboxPanel />
      <NoticesPanel />
    </div>
  );
}

/** Loads again while things happen, but not for every single one of them. */
function useAgain(reload: () => void): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onChange(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        reload();
      }, AGAIN_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [reload]);
}

function IntakePanel() {
  const { value, error, reload } = useLoad("intake", intake);
  useAgain(reload);
  return (
    <section class="panel" aria-labelledby="intake-title">
      <h2 id="intake-title">{t("ledger.intake")}</h2>
      {error && !value && <Failed error={error} reload={reload} />}
      {!error && !value && <Loading />}
      {value?.length === 0 && <Empty title={t("ledger.none")} hint={t("ledger.none.hint")} />}
      {value && value.length > 0 && <IntakeTable rows={value} />}
    </section>
  );
}

const COUNTS = ["seen", "accepted", "duplicate", "filtered", "rejected"] as const;

function IntakeTable({ rows }: { rows: readonly Intake[] }) {
  const sum = Object.fromEntries(COUNTS.map((kind) => [kind, rows.reduce((total, row) => total + row[kind], 0)]));
  return (
    // biome-ignore lint/a11y/useSemanticElements: it groups no fields
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways on small screens, by keyboard too
    <div class="table-scroll" role="group" tabIndex={0} aria-labelledby="intake-title">
      <table class="ledger">
        <thead>
          <tr>
            <th scope="col">{t("ledger.brand")}</th>
            <th scope="col">{t("ledger.source")}</th>
            {COUNTS.map((kind) => (
              <th key={kind} scope="col" class="num">
                {t(`ledger.${kind}`)}
              </th>
            ))}
            <th scope="col">{t("ledger.reason")}</th>
            <th scope="col">{t("ledger.state")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <IntakeLine key={`${row.brand} ${row.source}`} row={row} />
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={2}>
              {t("ledger.sum")}
            </th>
            {COUNTS.map((kind) => (
              <td key={kind} class="num figure">
                {num(sum[kind] ?? 0)}
              </td>
            ))}
            <td />
            <td />
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function IntakeLine({ row }: { row: Intake }) {
  const lost = row.seen - row.accepted - row.duplicate - row.filtered - row.rejected;
  return (
    <tr>
      <td>
        <bdi>{brandName(row.brand)}</bdi>
      </td>
      <th scope="row">
        <bdi>{row.source}</bdi>
      </th>
      {COUNTS.map((kind) => (
        <td key={kind} class="num figure">
          {num(row[kind])}
        </td>
      ))}
      <td>
        {row.reasons.map(([reason, count]) => (
          <span key={reason} class="chip chip-outline">
            {words(reason)} {num(count)}
          </span>
        ))}
      </td>
      <td>
        {lost === 0 ? (
          <span class="chip chip-good">{t("ledger.adds")}</span>
        ) : (
          <span class="chip chip-ember">{t("ledger.addsNot", { n: lost })}</span>
        )}
      </td>
    </tr>
  );
}

function OutboxPanel() {
  const { value, error, reload } = useLoad("outbox", outbox);
  useAgain(reload);
  const doubtFirst = [...(value ?? [])].sort(
    (a, b) => Number(b.status === "in_doubt") - Number(a.status === "in_doubt") || (a.since ?? 0) - (b.since ?? 0),
  );
  return (
    <section class="panel" aria-labelledby="outbox-title">
      <h2 id="outbox-title">{t("ledger.outbox")}</h2>
      {error && !value && <Failed error={error} reload={reload} />}
      {!error && !value && <Loading />}
      {value?.length === 0 && <p class="quiet">{t("ledger.outbox.none")}</p>}
      <ul class="outbox">
        {doubtFirst.map((entry) => (
          <OutboxRow key={entry.reply} entry={entry} />
        ))}
      </ul>
    </section>
  );
}

function OutboxRow({ entry }: { entry: Outgoing }) {
  const doubt = entry.status === "in_doubt";
  return (
    <li class={doubt ? "outgoing outgoing-doubt" : "outgoing"}>
      <p class="outgoing-head">
        <span class={doubt ? "chip chip-ember" : "chip chip-info"}>{word("reply", entry.status)}</span>
        <bdi>{brandName(entry.brand)}</bdi>
        <span>{networkName(entry.network)}</span>
        <span class="quiet">{tn("case.attempts", entry.attempts)}</span>
        {entry.reason && <span class="quiet">{words(entry.reason)}</span>}
        {entry.since !== undefined && (
          <span class="quiet">
            <Ago at={entry.since} />
          </span>
        )}
        <a href={conversationLink(entry.conversation)}>{t("page.conversation")}</a>
      </p>
      {doubt && <Settle reply={{ id: entry.reply }} summary={{ id: entry.conversation, version: 0 }} />}
    </li>
  );
}
