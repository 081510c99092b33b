// The time slider: one step a record, or any minute that is written beside it. It asks the server for the state as of that record, so what it shows is what
// was known then, not what can be pieced together now.

import { useMemo } from "preact/hooks";
import type { Entry } from "../../api/model";
import { fullTime, t } from "../../i18n";
import { now } from "../../lib/clock";
import { conversationLink, replace } from "../../lib/route";
import { ALARMS, factKind } from "../../lib/timeline";
import { Icon } from "../../ui/icon";
import { sentence } from "./sentences";

interface SliderProps {
  id: string;
  brand: string;
  entries: readonly Entry[];
  at: string;
}

const stampOf = (entry: Entry | undefined) => entry?.record.recordedAt ?? entry?.record.occurredAt ?? "";

export function Slider({ id, brand, entries, at }: SliderProps) {
  const last = entries.length - 1;
  const index = at ? lastUpTo(entries, at) : last;
  const entry = entries[index];
  const marks = useMemo(() => entries.map(markOf), [entries]);
  if (last < 1) return null;
  const move = (to: number) => replace(conversationLink(id, to >= last ? "" : stampOf(entries[to])));
  const first = entry?.facts[0];
  const value = t("case.slider.value", {
    n: index + 1,
    count: last + 1,
    time: entry ? fullTime(entry.at) : "–",
    step: first ? sentence(first, brand, entry?.at ?? 0) : "",
  });
  return (
    <div class={at ? "slider slider-past" : "slider"}>
      <label class="slider-label" for="time-slider">
        <Icon name="clock" /> {t("case.slider")}
      </label>
      <div class="slider-track">
        <span class="slider-marks" aria-hidden="true">
          {marks.map((mark, place) => (
            <i
              key={`${place} ${mark}`}
              class={`mark-${mark}`}
              style={{ insetInlineStart: `${(place / last) * 100}%` }}
            />
          ))}
        </span>
        <input
          id="time-slider"
          type="range"
          min="0"
          max={last}
          step="1"
          value={index}
          aria-valuetext={value}
          onInput={(event) => move(Number(event.currentTarget.value))}
        />
      </div>
      <output class="slider-value quiet" for="time-slider">
        {at ? value : t("case.now")}
      </output>
      <label class="slider-minute">
        <span>{t("case.slider.minute")}</span>
        <input
          type="datetime-local"
          value={at ? onTheWall(at) : ""}
          onChange={(event) => replace(conversationLink(id, instantOf(event.currentTarget.value)))}
        />
      </label>
    </div>
  );
}

/** The minute of an instant on the reader's wall, as the browser's own field takes it. */
function onTheWall(at: string): string {
  const instant = new Date(at);
  if (Number.isNaN(instant.getTime())) return "";
  const local = new Date(instant.getTime() - instant.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, "2026-05-04T11:00".length);
}

/** The instant of a minute on the reader's wall; empty, which is now, for none and for one that is still to come. */
function instantOf(minute: string): string {
  const instant = new Date(minute);
  return Number.isNaN(instant.getTime()) || instant.getTime() > now.value ? "" : instant.toISOString();
}

/** The newest record that was written by then. RFC 3339 in UTC, but of any precision: compared as instants. */
export function lastUpTo(entries: readonly Entry[], at: string): number {
  const wanted = Date.parse(at);
  let found = 0;
  entries.forEach((entry, index) => {
    if (Date.parse(stampOf(entry)) <= wanted) found = index;
  });
  return found;
}

function markOf(entry: Entry): "in" | "out" | "alarm" | "step" {
  const kinds = entry.facts.map(factKind);
  if (kinds.includes("postReceived")) return "in";
  if (kinds.includes("replySubmitted") || kinds.includes("replyObserved")) return "out";
  return kinds.some((kind) => kind && ALARMS.includes(kind)) ? "alarm" : "step";
}
