// Spans of time as a person reads them from across a room: never more than two units, never a bare number.

export interface Units {
  days: string;
  hours: string;
  minutes: string;
  seconds: string;
}

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export type Span = { days: number; hours: number; minutes: number; seconds: number };

export function span(milliseconds: number): Span {
  const left = Math.max(0, milliseconds);
  return {
    days: Math.floor(left / DAY),
    hours: Math.floor((left % DAY) / HOUR),
    minutes: Math.floor((left % HOUR) / MINUTE),
    seconds: Math.floor((left % MINUTE) / SECOND),
  };
}

/** The two largest units that matter, for example `2 h 5 min`, `45 s`, `3 d 4 h`. */
export function inWords(milliseconds: number, units: Units, number: (value: number) => string): string {
  const { days, hours, minutes, seconds } = span(milliseconds);
  const part = (value: number, unit: string) => `${number(value)} ${unit}`;
  if (days > 0) return hours > 0 ? `${part(days, units.days)} ${part(hours, units.hours)}` : part(days, units.days);
  if (hours > 0) {
    return minutes > 0 ? `${part(hours, units.hours)} ${part(minutes, units.minutes)}` : part(hours, units.hours);
  }
  if (minutes >= 10) return part(minutes, units.minutes);
  if (minutes > 0) {
    return seconds > 0
      ? `${part(minutes, units.minutes)} ${part(seconds, units.seconds)}`
      : part(minutes, units.minutes);
  }
  return part(seconds, units.seconds);
}

/** A ticking clock face: `4:07`, `1:04:07`, and days in words before it. */
export function asClock(
  milliseconds: number,
  units: Units,
  number: (value: number, digits?: number) => string,
): string {
  const { days, hours, minutes, seconds } = span(milliseconds);
  const tail = `${number(minutes, hours > 0 || days > 0 ? 2 : 1)}:${number(seconds, 2)}`;
  if (days > 0) return `${number(days)} ${units.days} ${number(hours)}:${tail}`;
  return hours > 0 ? `${number(hours)}:${tail}` : tail;
}
