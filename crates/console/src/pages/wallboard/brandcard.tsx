// One brand's figures: who waits, how fast the answers come, what is settled.

import type { Measures } from "../../api/model";
import { duration, num, percent, t } from "../../i18n";
import { brandLink, inboxLink } from "../../lib/route";
import { Ticking } from "../../ui/time";

interface BrandCardProps {
  id: string;
  name: string;
  measures: Measures | undefined;
  /** When the figures were taken. */
  at: number;
  late: number;
}

export function BrandCard({ id, name, measures, at, late }: BrandCardProps) {
  const mood = late > 0 ? "burning" : (measures?.open ?? 0) > 0 ? "busy" : "calm";
  return (
    <li class={`card card-${mood}`}>
      <h3>
        <a href={brandLink(id)}>{name}</a>
      </h3>
      {measures ? <Body measures={measures} at={at} brand={id} /> : <p class="quiet">{t("wall.noFigures")}</p>}
    </li>
  );
}

function Body({ measures, at, brand }: { measures: Measures; at: number; brand: string }) {
  return (
    <>
      <div class="card-top">
        <a class="card-waiting" href={inboxLink({ brand })}>
          <span class="figure figure-large">{num(measures.open)}</span>
          <span class="label">{t("wall.waitingNow")}</span>
        </a>
        <div class="card-longest">
          <span class="figure figure-medium">
            {measures.open > 0 && measures.longestWait !== undefined ? (
              <Ticking since={at - measures.longestWait * 1_000} />
            ) : (
              "–"
            )}
          </span>
          <span class="label">{t("wall.longest")}</span>
        </div>
      </div>
      <Within measures={measures} />
      <dl class="pairs">
        <Pair label={`${t("wall.firstResponse")}, ${t("wall.median")}`} value={seconds(measures.firstResponseP50)} />
        <Pair label={t("wall.p90")} value={seconds(measures.firstResponseP90)} />
      </dl>
      <dl class="counts">
        <Count label={t("wall.waiting")} value={measures.waiting} />
        <Count label={t("wall.resolved")} value={measures.resolved} />
        <Count label={t("wall.breached")} value={measures.breached} tone={measures.breached > 0 ? "ember" : ""} />
        <Count label={t("wall.inDoubt")} value={measures.inDoubt} tone={measures.inDoubt > 0 ? "ember" : ""} />
      </dl>
    </>
  );
}

function Within({ measures }: { measures: Measures }) {
  const shares = [
    { label: t("wall.10m"), share: measures.within10m },
    { label: t("wall.1h"), share: measures.within1h },
    { label: t("wall.24h"), share: measures.within24h },
  ];
  return (
    <div class="within">
      <p class="label">{t("wall.answeredWithin")}</p>
      <ul>
        {shares.map(({ label, share }) => (
          <li key={label}>
            <span class="within-label">{label}</span>
            <span class="meter" aria-hidden="true">
              <span style={{ inlineSize: `${(share ?? 0) * 100}%` }} />
            </span>
            <span class="figure">{share === undefined ? "–" : percent(share)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function seconds(value: number | undefined): string {
  return value === undefined ? "–" : duration(value * 1_000);
}

function Pair({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd class="figure">{value}</dd>
    </div>
  );
}

function Count({ label, value, tone = "" }: { label: string; value: number; tone?: string }) {
  return (
    <div class={tone && `tone-${tone}`}>
      <dt>{label}</dt>
      <dd class="figure">{num(value)}</dd>
    </div>
  );
}
