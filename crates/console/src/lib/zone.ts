// Times of day in another time zone: a call is booked by the customer's clock.

const MINUTE_MS = 60_000;

/** The instant at which clocks of a zone show `2026-05-04T11:00`; nothing when zone or time cannot be read. Empty: here. */
export function instantIn(local: string, zone: string): number | undefined {
  if (!zone) return finite(Date.parse(local));
  const wall = Date.parse(`${local}Z`);
  if (Number.isNaN(wall)) return undefined;
  try {
    // The offset may change between the guess and the answer, so it is looked at twice.
    const guess = wall - offset(wall, zone);
    return wall - offset(guess, zone);
  } catch {
    return undefined;
  }
}

function finite(at: number): number | undefined {
  return Number.isNaN(at) ? undefined : at;
}

/** By how much clocks of the zone are ahead of UTC at an instant. Throws when there is no such zone. */
function offset(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  }).formatToParts(at);
  const get = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  const shown = Date.UTC(get("year"), get("month") - 1, get("day"), get("hour"), get("minute"));
  return shown - Math.floor(at / MINUTE_MS) * MINUTE_MS;
}
