// The JSON of the wire leaves out what is empty and writes 64-bit numbers as text; these make whole values of it.

export function readTime(text: string | undefined): number | undefined {
  const at = text ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

/** A number of the wire. Sequences and counts stay far below 2^53. */
export function readNumber(value: string | number | undefined): number {
  return value === undefined ? 0 : Number(value) || 0;
}

/** A share or a percentile: absent stays absent, which is not the same as 0. */
export function readMaybe(value: string | number | undefined | null): number | undefined {
  if (value === undefined || value === null) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}
