// The clocks of a conversation: until when which answer is due, by which clock, and which stand still.

import type { Entry, Summary } from "../../api/model";
import type { Clock } from "../../api/pressing";
import { t } from "../../i18n";
import { warnedAt } from "../../lib/flags";
import { At, Due } from "../../ui/time";

interface ClocksProps {
  summary: Summary;
  entries: readonly Entry[];
  /** The instant that is looked at, when it is not the present. */
  at: number | undefined;
}

export function ClocksPanel({ summary, entries, at }: ClocksProps) {
  if (summary.clocks.length === 0) return null;
  const warned = warnedAt(entries);
  return (
    <section class="panel" aria-labelledby="clocks-title">
      <h2 id="clocks-title">{t("clock.title")}</h2>
      <ul class="clocks">
        {summary.clocks.map((clock) => (
          <li key={clock.kind}>
            <span>
              <strong>{t(`clock.${clock.kind}`)}</strong>{" "}
              <span class="quiet">{t(clock.business ? "clock.business" : "clock.calendar")}</span>
            </span>
            <State clock={clock} warned={warned.get(`DEADLINE_KIND_${clock.kind}`)} at={at} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function State({ clock, warned, at }: { clock: Clock; warned: number | undefined; at: number | undefined }) {
  return (
    <span class="chips">
      {clock.pausedAt !== undefined ? (
        <span class="chip chip-quiet">
          {t("clock.paused")} <At at={clock.pausedAt} />
        </span>
      ) : (
        clock.dueAt !== undefined && <Due dueAt={clock.dueAt} {...(at === undefined ? {} : { at })} />
      )}
      {clock.dueAt !== undefined && clock.pausedAt === undefined && (
        <span class="quiet">
          <At at={clock.dueAt} />
        </span>
      )}
      {clock.breached && <span class="chip chip-ember">{t("clock.breached")}</span>}
      {warned !== undefined && !clock.breached && (
        <span class="chip chip-amber">
          {t("clock.warned")} <At at={warned} />
        </span>
      )}
    </span>
  );
}
