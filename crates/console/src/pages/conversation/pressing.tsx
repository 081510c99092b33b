// What makes it rise: its flags with what was measured, its place in the queue part by part, its spread, and the
// incident that it is part of.

import type { Entry, Summary } from "../../api/model";
import type { ScorePart } from "../../api/pressing";
import { compact, decimal, named, num, t, word } from "../../i18n";
import { type Raised, raisedFlags } from "../../lib/flags";
import { inboxLink } from "../../lib/route";
import { incidentOf } from "../../live/incidents";
import { flagTone } from "../../ui/chips";
import { At } from "../../ui/time";

export function PressingPanel({ summary, entries }: { summary: Summary; entries: readonly Entry[] }) {
  const raised = raisedFlags(entries);
  const spreads = summary.shares + summary.comments + summary.views > 0;
  const nothing = raised.length === 0 && summary.score.length === 0 && !summary.incidentId && !summary.suggestion;
  if (nothing && !spreads) return null;
  return (
    <section class="panel pressing" aria-labelledby="pressing-title">
      <h2 id="pressing-title">{t("press.title")}</h2>
      {summary.suggestion && <p class="hint">{word("suggest", summary.suggestion)}</p>}
      {summary.incidentId && <Tied summary={summary} />}
      {raised.length > 0 && (
        <ul class="flags">
          {raised.map((one) => (
            <FlagLine key={one.flag} raised={one} />
          ))}
        </ul>
      )}
      {spreads && (
        <p class="quiet">
          {t("press.spread", {
            shares: compact(summary.shares),
            comments: compact(summary.comments),
            views: compact(summary.views),
            perHour: compact(summary.spreadPerHour),
          })}
        </p>
      )}
      {summary.exposure >= 1 && <p class="quiet">{t("press.exposure", { count: compact(summary.exposure) })}</p>}
      {summary.score.length > 0 && <Score parts={summary.score} />}
    </section>
  );
}

function Tied({ summary }: { summary: Summary }) {
  const incident = incidentOf(summary.brand, summary.incidentId);
  const what = incident
    ? t("press.incident.of", { region: named(incident.region), topic: named(incident.topic) })
    : t("press.incident");
  return (
    <p>
      <a href={inboxLink({ brand: summary.brand, view: "everything", incident: summary.incidentId })}>{what}</a>
    </p>
  );
}

function FlagLine({ raised }: { raised: Raised }) {
  return (
    <li class={raised.lowered ? "flag flag-down" : "flag"}>
      <span class={`chip chip-${raised.lowered ? "quiet" : flagTone(raised.flag)}`}>{word("flag", raised.flag)}</span>{" "}
      {why(raised)}{" "}
      <span class="quiet">
        <At at={raised.at} />
        {raised.lowered && (
          <>
            {" · "}
            {t("press.lowered")} <At at={raised.lowered.at} />
            {raised.lowered.reason && ` (${word("measured", raised.lowered.reason)})`}
          </>
        )}
      </span>
    </li>
  );
}

/** What was measured, and from where on it counts. */
function why({ reason, measured, threshold }: Raised): string {
  const what = word("measured", reason);
  if (threshold === 0) return what;
  return t("press.measured", { what, count: compact(measured), threshold: compact(threshold) });
}

/** A point is a minute of waiting, so the parts can be compared at a glance. */
function Score({ parts }: { parts: readonly ScorePart[] }) {
  const total = parts.reduce((sum, part) => sum + part.points, 0);
  const widest = Math.max(1, ...parts.map((part) => Math.abs(part.points)));
  return (
    <details class="score">
      <summary>{t("press.score", { points: num(total) })}</summary>
      <p class="quiet">{t("press.score.hint")}</p>
      <table>
        <tbody>
          {parts.map((part) => (
            <tr key={part.name}>
              <th scope="row">{word("score", part.name)}</th>
              <td class="num figure">{decimal(part.points)}</td>
              <td class="score-bar" aria-hidden="true">
                <span
                  class={part.points < 0 ? "bar bar-less" : "bar"}
                  style={{ inlineSize: `${(Math.abs(part.points) / widest) * 100}%` }}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
