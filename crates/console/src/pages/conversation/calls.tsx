// Calls that the customer was promised: booked in his time zone, done, or loudly missed.

import { useState } from "preact/hooks";
import type { Summary } from "../../api/model";
import type { Call } from "../../api/pressing";
import { t, zonedTime } from "../../i18n";
import { instantIn } from "../../lib/zone";
import { brandOf, personName } from "../../live/brands";
import { Refused } from "../../ui/refusal";
import { At } from "../../ui/time";
import { useDeed } from "./deed";
import { Field, Form, Pick } from "./forms";

const TONES = { BOOKED: "info", DUE: "amber", DONE: "good", MISSED: "ember" } as const;

interface CallsProps {
  summary: Summary;
  /** The customer's, as far as it is known. */
  timezone: string;
  past: boolean;
}

export function CallsPanel({ summary, timezone, past }: CallsProps) {
  const [open, setOpen] = useState(false);
  const may = !past && summary.status !== "RESOLVED" && summary.status !== "MERGED";
  if (summary.calls.length === 0 && !may) return null;
  return (
    <section class="panel" aria-labelledby="calls-title">
      <h2 id="calls-title">{t("call.title")}</h2>
      {summary.calls.length > 0 && (
        <ul class="calls">
          {summary.calls.map((call) => (
            <CallLine key={call.id} call={call} summary={summary} past={past} />
          ))}
        </ul>
      )}
      {may && !open && (
        <button type="button" class="button" onClick={() => setOpen(true)}>
          {t("call.book")}
        </button>
      )}
      {may && open && <Book summary={summary} timezone={timezone} onClose={() => setOpen(false)} />}
    </section>
  );
}

function CallLine({ call, summary, past }: { call: Call; summary: Summary; past: boolean }) {
  const doing = useDeed(summary);
  const mayFinish = !past && call.status !== "DONE";
  return (
    <li>
      <span class={`chip chip-${TONES[call.status]}`}>{t(`call.${call.status}`)}</span>{" "}
      {call.dueAt !== undefined && <At at={call.dueAt} />}{" "}
      {call.dueAt !== undefined && call.timezone && (
        <span class="quiet">
          ({t("call.there", { time: zonedTime(call.dueAt, call.timezone), zone: call.timezone })})
        </span>
      )}{" "}
      {call.person && <bdi>{personName(summary.brand, call.person)}</bdi>}{" "}
      {mayFinish && (
        <button
          type="button"
          class="link"
          disabled={doing.busy}
          onClick={() => void doing.run({ do: "called", callbackId: call.id })}
        >
          {t("call.finish")}
        </button>
      )}
      <Refused text={doing.refused} />
    </li>
  );
}

function Book({ summary, timezone, onClose }: { summary: Summary; timezone: string; onClose: () => void }) {
  const doing = useDeed(summary);
  const [when, setWhen] = useState("");
  const [zone, setZone] = useState(timezone);
  const [caller, setCaller] = useState("");
  const at = when ? instantIn(when, zone) : undefined;
  const submit = async () => {
    if (at === undefined) return;
    const dueAt = new Date(at).toISOString();
    if (await doing.run({ do: "callbacks", dueAt, timezone: zone, caller })) onClose();
  };
  return (
    <Form name={t("call.book")} doing={doing} blocked={at === undefined} onSubmit={submit} onCancel={onClose}>
      <label class="field">
        <span>{t("call.when")}</span>
        <input type="datetime-local" value={when} required onInput={(event) => setWhen(event.currentTarget.value)} />
      </label>
      <Field label={t("call.zone")} hint="Europe/Tallinn" value={zone} onInput={setZone} />
      {at !== undefined && <p class="quiet">{t("call.here", { time: zonedTime(at, "") })}</p>}
      <Pick
        label={t("call.caller")}
        value={caller}
        onPick={setCaller}
        none={t("do.anyone")}
        options={(brandOf(summary.brand)?.people ?? []).map((one) => [one.id, one.name])}
      />
    </Form>
  );
}
