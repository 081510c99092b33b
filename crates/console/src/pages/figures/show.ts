// Figures as people read them: shares as shares, spans of time as such, all else as plain numbers.

import type { Form, Measure } from "../../api/figures";
import { compact, decimal, duration, percent } from "../../i18n";

/** A dash when nothing counts towards it. */
export function showValue(value: number | undefined, form: Form, unit: string): string {
  if (value === undefined) return "–";
  if (form === "SHARE" || unit === "share") return percent(value);
  if (/seconds/.test(unit)) return duration(value * 1_000);
  return value >= 10_000 ? compact(value) : decimal(value);
}

export function showOf(measure: Measure | undefined, value: number | undefined): string {
  return showValue(value, measure?.form ?? "COUNT", measure?.unit ?? "");
}

/** What lies between, when it is estimated and not counted. */
export function showInterval(measure: Measure | undefined, low: number | undefined, high: number | undefined): string {
  if (low === undefined || high === undefined) return "";
  return `${showOf(measure, low)} – ${showOf(measure, high)}`;
}
