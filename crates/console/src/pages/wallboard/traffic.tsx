// The last hour as a strip: what came in above the line, what went out below it, missed targets as dots on top. The
// same figures stand in a hidden table for those who do not see the strip.

import type { Minute } from "../../api/model";
import { clockTime, decimal, num, t } from "../../i18n";
import { lastHour, MINUTES, perMinute } from "../../lib/figures";

const UP = 60;
const DOWN = 40;

export function Traffic({ minutes, at }: { minutes: readonly Minute[]; at: number }) {
  const hour = lastHour(minutes, at);
  const highest = Math.max(4, ...hour.map((minute) => Math.max(minute.posts, minute.replies)));
  const sum = (pick: (minute: Minute) => number) => num(hour.reduce((total, minute) => total + pick(minute), 0));
  const summary = t("wall.traffic.summary", {
    posts: sum((minute) => minute.posts),
    replies: sum((minute) => minute.replies),
    breaches: sum((minute) => minute.breaches),
  });
  return (
    <section class="panel traffic" aria-labelledby="traffic-title">
      <header class="panel-head">
        <h2 id="traffic-title">{t("wall.traffic")}</h2>
        <p class="legend">
          <span class="key key-posts">{t("wall.posts")}</span>
          <span class="key key-replies">{t("wall.replies")}</span>
          <span class="key key-breaches">{t("wall.breaches")}</span>
          <strong class="figure">{t("wall.perMinute", { count: decimal(perMinute(hour)) })}</strong>
        </p>
      </header>
      <figure class="strip">
        <svg viewBox={`0 0 ${MINUTES * 10} ${UP + DOWN}`} preserveAspectRatio="none" role="img" aria-label={summary}>
          {hour.map((minute, index) => (
            <Bars key={minute.at} minute={minute} x={index * 10} highest={highest} running={index === MINUTES - 1} />
          ))}
          <path class="strip-line" d={`M0 ${UP}H${MINUTES * 10}`} />
        </svg>
        <div class="hidden">
          <HourTable hour={hour} at={at} />
        </div>
      </figure>
    </section>
  );
}

interface BarsProps {
  minute: Minute;
  x: number;
  highest: number;
  running: boolean;
}

function Bars({ minute, x, highest, running }: BarsProps) {
  const up = (minute.posts / highest) * (UP - 8);
  const down = (minute.replies / highest) * (DOWN - 2);
  return (
    <g class={running ? "bars bars-running" : "bars"}>
      <rect class="bar-posts" x={x + 1.5} y={UP - up} width="7" height={up} />
      <rect class="bar-replies" x={x + 1.5} y={UP} width="7" height={down} />
      {minute.breaches > 0 && (
        <rect class="bar-breaches" x={x + 1.5} y={Math.max(0, UP - up - 7)} width="7" height="4" />
      )}
    </g>
  );
}

function HourTable({ hour, at }: { hour: readonly Minute[]; at: number }) {
  return (
    <table>
      <caption>{t("wall.traffic")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("wall.minute")}</th>
          <th scope="col">{t("wall.posts")}</th>
          <th scope="col">{t("wall.replies")}</th>
          <th scope="col">{t("wall.breaches")}</th>
        </tr>
      </thead>
      <tbody>
        {hour.map((minute) => (
          <tr key={minute.at}>
            <th scope="row">{clockTime(minute.at, at)}</th>
            <td>{num(minute.posts)}</td>
            <td>{num(minute.replies)}</td>
            <td>{num(minute.breaches)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
