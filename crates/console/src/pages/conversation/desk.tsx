// All that a person does with a conversation besides answering it. What is refused is told beside the button.

import { useState } from "preact/hooks";
import type { Deed } from "../../api/calls";
import { OUTCOMES, type Outcome, type Summary } from "../../api/model";
import { t } from "../../i18n";
import { idIn } from "../../lib/route";
import { brandOf, teamOf } from "../../live/brands";
import { isMine, me, shortcuts } from "../../live/me";
import { Refused } from "../../ui/refusal";
import { useShortcuts } from "../../ui/shortcuts";
import { type Doing, useDeed } from "./deed";
import { Field, Form, Pick } from "./forms";

type Open = "" | "release" | "hand-off" | "escalate" | "deescalate" | "resolve" | "reopen" | "merge";

export function Desk({ summary }: { summary: Summary }) {
  const [open, setOpen] = useState<Open>("");
  const doing = useDeed(summary);
  const settled = summary.status === "RESOLVED";
  const toggle = (which: Open) => {
    doing.clear();
    setOpen((now) => (now === which ? "" : which));
  };
  const perform = async (deed: Deed) => {
    if (await doing.run(deed)) setOpen("");
  };
  useShortcuts(shortcuts.value, { c: () => void perform({ do: "claim" }) });
  const opener = (which: Open, name: string) => (
    <button type="button" class="button" aria-expanded={open === which} onClick={() => toggle(which)}>
      {name}
    </button>
  );
  return (
    <section class="desk" aria-label={t("do.actions")}>
      <p class="row-of-buttons">
        {!settled && mayClaim(summary) && (
          <button
            type="button"
            class="button button-strong"
            disabled={doing.busy}
            onClick={() => perform({ do: "claim" })}
          >
            {t("do.claim")}
          </button>
        )}
        {!settled &&
          (isMine(summary.brand, summary.assignee) || isMine(summary.brand, summary.second)) &&
          opener("release", t("do.release"))}
        {!settled && opener("hand-off", t("do.handOff"))}
        {!settled && !summary.escalationTeam && opener("escalate", t("do.escalate"))}
        {!settled && summary.escalationTeam && opener("deescalate", t("do.deescalate"))}
        {settled ? opener("reopen", t("do.reopen")) : opener("resolve", t("do.resolve"))}
        {opener("merge", t("do.merge"))}
      </p>
      {open === "" ? (
        <Refused text={doing.refused} />
      ) : (
        <Panel which={open} summary={summary} doing={doing} perform={perform} onCancel={() => toggle("")} />
      )}
    </section>
  );
}

/** Nobody has it; or nobody of the team that it was raised to, and the person who looks is of that team. */
function mayClaim(summary: Summary): boolean {
  if (summary.assignee === "") return true;
  if (!summary.escalationTeam || summary.second) return false;
  const mine = me.value;
  const people = teamOf(summary.brand, summary.escalationTeam)?.people ?? [];
  return mine !== undefined && mine.brand === summary.brand && people.includes(mine.person);
}

interface PanelProps {
  which: Exclude<Open, "">;
  summary: Summary;
  doing: Doing;
  perform: (deed: Deed) => void;
  onCancel: () => void;
}

function Panel({ which, summary, doing, perform, onCancel }: PanelProps) {
  const [reason, setReason] = useState("");
  const [team, setTeam] = useState(which === "hand-off" ? summary.team : "");
  const [person, setPerson] = useState("");
  const [outcome, setOutcome] = useState<Outcome>("SOLVED");
  const [into, setInto] = useState("");
  const brand = brandOf(summary.brand);
  const submit = () => {
    if (which === "release" || which === "reopen" || which === "deescalate") perform({ do: which, reason });
    else if (which === "hand-off") perform({ do: which, toTeam: team, toPerson: person, reason });
    else if (which === "escalate") perform({ do: which, toTeam: team, reason });
    else if (which === "resolve") perform({ do: which, outcome });
    else perform({ do: which, intoConversationId: idIn(into), reason });
  };
  const members = brand?.teams.find((one) => one.id === team)?.people ?? [];
  const people = (brand?.people ?? []).filter((one) => members.length === 0 || members.includes(one.id));
  return (
    <Form name={t(NAMES[which])} doing={doing} onSubmit={submit} onCancel={onCancel}>
      {which === "merge" && <Field label={t("do.into")} hint={t("do.into.hint")} value={into} onInput={setInto} />}
      {(which === "hand-off" || which === "escalate") && (
        <Pick
          label={t("do.toTeam")}
          value={team}
          onPick={setTeam}
          none={which === "escalate" ? t("do.crisisTeam") : undefined}
          options={(brand?.teams ?? []).map((one) => [one.id, one.name])}
        />
      )}
      {which === "hand-off" && (
        <Pick
          label={t("do.toPerson")}
          value={person}
          onPick={setPerson}
          none={t("do.anyone")}
          options={people.map((one) => [one.id, one.online ? `${one.name} ●` : one.name])}
        />
      )}
      {which === "resolve" ? (
        <fieldset class="choices">
          <legend>{t("do.outcome")}</legend>
          {OUTCOMES.map((one) => (
            <label key={one}>
              <input type="radio" name="outcome" checked={one === outcome} onChange={() => setOutcome(one)} />
              {t(`outcome.${one}`)}
            </label>
          ))}
        </fieldset>
      ) : (
        <Field label={t("do.reason")} hint={t("do.reason.hint")} value={reason} onInput={setReason} />
      )}
    </Form>
  );
}

const NAMES = {
  release: "do.release",
  "hand-off": "do.handOff",
  escalate: "do.escalate",
  deescalate: "do.deescalate",
  resolve: "do.resolve",
  reopen: "do.reopen",
  merge: "do.merge",
} as const;
