// The one clock of the page: the server's time, ticking once a second. A wall TV whose own clock is wrong by
// minutes must still show how long a customer has waited.

import { signal } from "@preact/signals";

/** Below this the difference is the coarse `Date` header's, not the clock's. */
const TOLERATED_SKEW_MS = 2_000;

let offset = 0;

/** The present in milliseconds, renewed each second. */
export const now = signal(Date.now());

export function serverNow(): number {
  return Date.now() + offset;
}

/** Takes the server's clock from a response's `Date` header. */
export function learnServerTime(header: string | null): void {
  const theirs = header ? Date.parse(header) : Number.NaN;
  if (Number.isNaN(theirs)) return;
  const skew = theirs - Date.now();
  offset = Math.abs(skew) > TOLERATED_SKEW_MS ? skew : 0;
}

/** Starts the ticking; the answer stops it. */
export function startClock(): () => void {
  const timer = setInterval(() => {
    now.value = serverNow();
  }, 1_000);
  return () => clearInterval(timer);
}
