// Figures of several groups made into one, as far as that is sound: counts add up, the longest wait is the longest;
// shares and percentiles do not add up and are left alone.

import type { Measures, Minute } from "../api/model";
import { MINUTE } from "./duration";

export interface Totals {
  open: number;
  waiting: number;
  resolved: number;
  breached: number;
  inDoubt: number;
  longestWait?: number | undefined;
}

/** The rows that stand for whole brands. */
export function perBrand(rows: readonly Measures[]): Map<string, Measures> {
  const whole = rows.filter((row) => row.brand && !row.team && !row.channel && !row.language);
  return new Map(whole.map((row) => [row.brand, row]));
}

export function totals(rows: Iterable<Measures>): Totals {
  const sum: Totals = { open: 0, waiting: 0, resolved: 0, breached: 0, inDoubt: 0 };
  for (const row of rows) {
    sum.open += row.open;
    sum.waiting += row.waiting;
    sum.resolved += row.resolved;
    sum.breached += row.breached;
    sum.inDoubt += row.inDoubt;
    if (row.longestWait !== undefined) sum.longestWait = Math.max(sum.longestWait ?? 0, row.longestWait);
  }
  return sum;
}

export const MINUTES = 60;

/** The last 60 minutes, oldest first, with nothing where nothing was told. */
export function lastHour(minutes: readonly Minute[], at: number): Minute[] {
  const current = Math.floor(at / MINUTE) * MINUTE;
  const known = new Map(minutes.map((minute) => [Math.floor(minute.at / MINUTE) * MINUTE, minute]));
  return Array.from({ length: MINUTES }, (_, index) => {
    const start = current - (MINUTES - 1 - index) * MINUTE;
    return known.get(start) ?? { at: start, posts: 0, replies: 0, breaches: 0 };
  });
}

/** Posts a minute over the last `span` whole minutes: the running one is not over. */
export function perMinute(hour: readonly Minute[], span = 5): number {
  const whole = hour.slice(-span - 1, -1);
  return whole.reduce((sum, minute) => sum + minute.posts, 0) / Math.max(1, whole.length);
}
