// What the customer was granted beyond the rules, and what he was promised.

import { useState } from "preact/hooks";
import type { Granted, Promised, WholeCustomer } from "../../api/customers";
import type { Summary } from "../../api/model";
import { t } from "../../i18n";
import { now } from "../../lib/clock";
import { personName } from "../../live/brands";
import { Fold } from "../../ui/fold";
import { Refused } from "../../ui/refusal";
import { At } from "../../ui/time";
import { Said } from "../../ui/words";
import { useCustomerDeed } from "./deed";
import { Field, Form } from "./forms";

interface GivenProps {
  summary: Summary;
  known: WholeCustomer;
  reload: () => void;
}

export function Promises({ summary, known, reload }: GivenProps) {
  const open = known.promises.filter((one) => !one.kept).length;
  return (
    <Fold title={t("cust.promises")} count={open}>
      <ul class="given">
        {known.promises.map((one) => (
          <PromiseLine key={one.id} one={one} summary={summary} known={known} reload={reload} />
        ))}
      </ul>
      <Give kind="promises" summary={summary} known={known} reload={reload} />
    </Fold>
  );
}

function PromiseLine({ one, summary, known, reload }: GivenProps & { one: Promised }) {
  const doing = useCustomerDeed(known.id);
  const late = !one.kept && one.dueAt !== undefined && one.dueAt <= now.value;
  const keep = async () => {
    if (await doing.run({ do: "kept", promiseId: one.id })) reload();
  };
  return (
    <li>
      <Said text={one.what} />
      <p class="chips">
        {one.kept && <span class="chip chip-good">{t("cust.kept")}</span>}
        {!one.kept && one.dueAt !== undefined && (
          <span class={late ? "chip chip-ember" : "chip chip-amber"}>
            {t(late ? "cust.overdue" : "cust.dueBy")} <At at={one.dueAt} />
          </span>
        )}
        <Who one={one} brand={summary.brand} />
        {!one.kept && (
          <button type="button" class="link" disabled={doing.busy} onClick={keep}>
            {t("cust.keep")}
          </button>
        )}
      </p>
      <Refused text={doing.refused} />
    </li>
  );
}

export function Exceptions({ summary, known, reload }: GivenProps) {
  return (
    <Fold title={t("cust.exceptions")} count={known.exceptions.length}>
      <ul class="given">
        {known.exceptions.map((one, index) => (
          <li key={`${one.at} ${index}`}>
            <Said text={one.what} />
            <p class="chips">
              <Who one={one} brand={summary.brand} />
            </p>
          </li>
        ))}
      </ul>
      <Give kind="exceptions" summary={summary} known={known} reload={reload} />
    </Fold>
  );
}

function Who({ one, brand }: { one: Granted; brand: string }) {
  return (
    <span class="quiet">
      <bdi>{personName(brand, one.person)}</bdi>
      {one.at !== undefined && (
        <>
          , <At at={one.at} />
        </>
      )}
    </span>
  );
}

/** Writes one down. */
function Give({ kind, summary, known, reload }: GivenProps & { kind: "promises" | "exceptions" }) {
  const [open, setOpen] = useState(false);
  const [what, setWhat] = useState("");
  const [due, setDue] = useState("");
  const doing = useCustomerDeed(known.id);
  const close = () => {
    setOpen(false);
    setWhat("");
    setDue("");
    doing.clear();
  };
  const submit = async () => {
    const about = { conversationId: summary.id, what: what.trim() };
    const by = due ? { dueAt: new Date(due).toISOString() } : {};
    const deed = kind === "promises" ? { do: kind, ...about, ...by } : { do: kind, ...about };
    if (!(await doing.run(deed))) return;
    close();
    reload();
  };
  const name = t(kind === "promises" ? "cust.promise" : "cust.except");
  if (!open) {
    return (
      <button type="button" class="link" onClick={() => setOpen(true)}>
        {name}
      </button>
    );
  }
  return (
    <Form name={name} doing={doing} blocked={what.trim() === ""} onSubmit={submit} onCancel={close}>
      <Field label={t("cust.what")} hint={t("cust.what.hint")} value={what} onInput={setWhat} />
      {kind === "promises" && (
        <label class="field">
          <span>{t("cust.until")}</span>
          <input type="datetime-local" value={due} onInput={(event) => setDue(event.currentTarget.value)} />
        </label>
      )}
    </Form>
  );
}
