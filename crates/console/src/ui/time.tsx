// Times that move. Each reads the clock by itself, so that a tick renews a few letters and not a page.

import { clockTime, duration, fullTime, t, ticking } from "../i18n";
import { now } from "../lib/clock";

const iso = (at: number) => new Date(at).toISOString();

/** How long ago, in words; the exact time is in the title. */
export function Ago({ at }: { at: number }) {
  return (
    <time dateTime={iso(at)} title={fullTime(at)}>
      {duration(now.value - at)}
    </time>
  );
}

/** A running clock since a moment. */
export function Ticking({ since }: { since: number }) {
  return (
    <time dateTime={iso(since)} title={fullTime(since)} class="figure">
      {ticking(now.value - since)}
    </time>
  );
}

/** The time of day, with the date when it was another day. */
export function At({ at }: { at: number }) {
  return (
    <time dateTime={iso(at)} title={fullTime(at)}>
      {clockTime(at, now.value)}
    </time>
  );
}

/** Until when an answer is due, or how late it is. `at` stands for the present when one looks at the past. */
export function Due({ dueAt, at }: { dueAt: number; at?: number }) {
  const left = dueAt - (at ?? now.value);
  const late = left <= 0;
  return (
    <time
      dateTime={iso(dueAt)}
      title={fullTime(dueAt)}
      class={late ? "due due-late" : left < 300_000 ? "due due-soon" : "due"}
    >
      {t(late ? "reason.late" : "reason.due", { time: duration(Math.abs(left)) })}
    </time>
  );
}
