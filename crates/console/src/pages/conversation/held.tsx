// Answers that do not leave by themselves: somebody has to agree first, or a part failed and a person says how it goes on.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Deed } from "../../api/calls";
import { endOf, type MessageWindow, type Proposal, type Unfinished } from "../../api/held";
import type { Entry, Summary } from "../../api/model";
import { named, t, word } from "../../i18n";
import { now } from "../../lib/clock";
import { HOUR } from "../../lib/duration";
import { proposedText } from "../../lib/held";
import { words } from "../../lib/text";
import { personName } from "../../live/brands";
import { isMine } from "../../live/me";
import { Refused } from "../../ui/refusal";
import { Ago, At } from "../../ui/time";
import { Said } from "../../ui/words";
import { useDeed } from "./deed";
import { Field, Form } from "./forms";

export function HeldBack({ summary, entries }: { summary: Summary; entries: readonly Entry[] }) {
  const { proposals, unfinished } = summary;
  if (proposals.length === 0 && !unfinished) return null;
  return (
    <section class="held" aria-label={t("held.title")}>
      {proposals.map((one) => (
        <Proposed key={one.id} one={one} summary={summary} text={proposedText(entries, one.id)} />
      ))}
      {unfinished && <Half key={unfinished.reply} half={unfinished} summary={summary} />}
    </section>
  );
}

/** A code of why it waits: a person, the crisis team, or a finding of the guard. */
export function whyItWaits(code: string): string {
  const [kind, finding = ""] = code.split(":");
  return kind === "finding" ? word("guard", finding) : word("waits", code);
}

function Proposed({ one, summary, text }: { one: Proposal; summary: Summary; text: string }) {
  const own = isMine(summary.brand, one.person);
  return (
    <Choice
      summary={summary}
      yes={own ? undefined : { name: t("held.approve"), deed: { do: "approve", proposalId: one.id } }}
      no={{
        name: t(own ? "held.takeBack" : "held.sendBack"),
        deed: (reason) => ({ do: "send-back", proposalId: one.id, reason }),
      }}
    >
      <p>
        <strong>{t("held.proposed", { person: named(personName(summary.brand, one.person)) })}</strong>{" "}
        <span class="quiet">
          {one.at !== undefined && <Ago at={one.at} />}
          {one.why.length > 0 && ` · ${one.why.map(whyItWaits).join(", ")}`}
          {one.private && ` · ${t("private")}`}
        </span>
      </p>
      {text && <Said text={text} />}
      {own && <p class="quiet">{t("held.own")}</p>}
    </Choice>
  );
}

function Half({ half, summary }: { half: Unfinished; summary: Summary }) {
  const whole = half.parts < 2;
  const told = whole ? t("held.failed") : t("held.unfinished", { sent: half.sent, parts: half.parts, n: half.part });
  return (
    <Choice
      summary={summary}
      yes={{ name: t(whole ? "held.again" : "held.resume"), deed: { do: "resume", replyId: half.reply } }}
      no={{ name: t("held.giveUp"), deed: (reason) => ({ do: "give-up", replyId: half.reply, reason }) }}
    >
      <p>
        <strong>{told}</strong> {half.reason && <span class="quiet">{words(half.reason)}</span>}
      </p>
    </Choice>
  );
}

interface ChoiceProps {
  summary: Summary;
  yes: { name: string; deed: Deed } | undefined;
  no: { name: string; deed: (reason: string) => Deed };
  children: ComponentChildren;
}

/** One step on, or a reason not to take it. */
function Choice({ summary, yes, no, children }: ChoiceProps) {
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const doing = useDeed(summary);
  return (
    <div class="held-one">
      {children}
      <p class="row-of-buttons">
        {yes && (
          <button
            type="button"
            class="button button-strong"
            disabled={doing.busy}
            onClick={() => void doing.run(yes.deed)}
          >
            {yes.name}
          </button>
        )}
        {!open && (
          <button type="button" class="button" onClick={() => setOpen(true)}>
            {no.name}
          </button>
        )}
      </p>
      {open ? (
        <Form
          name={no.name}
          doing={doing}
          blocked={reason.trim() === ""}
          onSubmit={() => void doing.run(no.deed(reason.trim()))}
          onCancel={() => setOpen(false)}
        >
          <Field label={t("do.reason")} hint={t("do.reason.hint")} value={reason} onInput={setReason} />
        </Form>
      ) : (
        <Refused text={doing.refused} />
      )}
    </div>
  );
}

const SOON = 2 * HOUR;

/** Until when the network takes what is about to be written in private. */
export function WindowHint({ window }: { window: MessageWindow }) {
  const at = now.value;
  const end = endOf(window);
  if (end <= at) {
    return (
      <p class="hint tone-ember" role="status">
        {t("window.closed")} <At at={end} />
      </p>
    );
  }
  const soon = window.closesAt - at < SOON;
  return (
    <p class={soon ? "hint tone-amber" : "quiet"} role="status">
      {t(window.closesAt > at ? "window.open" : "window.person")}{" "}
      <At at={window.closesAt > at ? window.closesAt : end} />
    </p>
  );
}
