// Days, weeks and months as the measures name them: `2026-05-04`, `2026-W19`, `2026-05`.

import { DAY } from "./duration";

export interface Period {
  from: string;
  until: string;
}

const day = (at: number) => new Date(at).toISOString().slice(0, 10);

/** From which day until which (not included) a named period lasts; nothing when it is no period. */
export function periodOf(name: string): Period | undefined {
  const week = /^(\d{4})-W(\d{2})$/.exec(name);
  if (week) {
    const begin = firstMonday(Number(week[1])) + (Number(week[2]) - 1) * 7 * DAY;
    return { from: day(begin), until: day(begin + 7 * DAY) };
  }
  const month = /^(\d{4})-(\d{2})$/.exec(name);
  if (month) {
    const [year, number] = [Number(month[1]), Number(month[2])];
    return { from: day(Date.UTC(year, number - 1, 1)), until: day(Date.UTC(year, number, 1)) };
  }
  if (!/^\d{4}-\d{2}-\d{2}$/.test(name)) return undefined;
  const begin = Date.parse(`${name}T00:00:00Z`);
  return { from: name, until: day(begin + DAY) };
}

/** The Monday of a year's first week: that of the 4th of January. */
function firstMonday(year: number): number {
  const fourth = Date.UTC(year, 0, 4);
  const weekday = (new Date(fourth).getUTCDay() + 6) % 7;
  return fourth - weekday * DAY;
}

/** What narrows figures to a row of a table: its brand, team ... or its period. A row without a name has none of it. */
export function narrow(side: string, name: string): Record<string, string> {
  const period = periodOf(name);
  if (period && ["DAY", "WEEK", "MONTH"].includes(side)) return { ...period };
  return name ? { [side.toLowerCase()]: name } : { without: side };
}

/** The bound of a day as the API takes it. */
export function bound(day: string): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(day) ? `${day}T00:00:00Z` : day;
}
