// What other systems know of a customer, put right by a person; and whether one team is to look after him.

import { useState } from "preact/hooks";
import type { WholeCustomer } from "../../api/customers";
import { t } from "../../i18n";
import { networkName } from "../../lib/text";
import type { Customer } from "../../lib/timeline";
import { brandOf } from "../../live/brands";
import { Refused } from "../../ui/refusal";
import { useCustomerDeed } from "./deed";
import { Field, Form, Pick } from "./forms";

interface ProfileProps {
  known: WholeCustomer;
  told: Customer;
  reload: () => void;
}

export function Profile({ known, told, reload }: ProfileProps) {
  const [open, setOpen] = useState(false);
  return open ? (
    <ProfileForm known={known} told={told} reload={reload} onClose={() => setOpen(false)} />
  ) : (
    <button type="button" class="link" onClick={() => setOpen(true)}>
      {t("cust.edit")}
    </button>
  );
}

const DAY_LETTERS = "2026-05-04".length;

function ProfileForm({ known, told, reload, onClose }: ProfileProps & { onClose: () => void }) {
  const [tier, setTier] = useState(told.tier);
  const [region, setRegion] = useState(told.region);
  const [timezone, setTimezone] = useState(told.timezone);
  const begun = known.since === undefined ? "" : new Date(known.since).toISOString().slice(0, DAY_LETTERS);
  const [since, setSince] = useState(begun);
  const doing = useCustomerDeed(known.id);
  const submit = async () => {
    const day = since ? { customerSince: `${since}T00:00:00Z` } : {};
    if (!(await doing.run({ do: "profile", tier, region, timezone, ...day }))) return;
    onClose();
    reload();
  };
  return (
    <Form name={t("cust.edit")} doing={doing} onSubmit={submit} onCancel={onClose}>
      <Field label={t("case.tier")} hint="" value={tier} onInput={setTier} />
      <Field label={t("case.region")} hint="" value={region} onInput={setRegion} />
      <Field label={t("case.timezone")} hint="Europe/Tallinn" value={timezone} onInput={setTimezone} />
      <label class="field">
        <span>{t("cust.since")}</span>
        <input type="date" value={since} onInput={(event) => setSince(event.currentTarget.value)} />
      </label>
    </Form>
  );
}

/** Where he wants to be answered, if not where he wrote. */
export function AnswerWay({ known, reload }: { known: WholeCustomer; reload: () => void }) {
  const [open, setOpen] = useState(false);
  const [network, setNetwork] = useState(known.answerNetwork);
  const [inPrivate, setInPrivate] = useState(known.answerInPrivate);
  const doing = useCustomerDeed(known.id);
  const submit = async () => {
    if (!(await doing.run({ do: "answer-way", network, inPrivate }))) return;
    setOpen(false);
    reload();
  };
  if (!open) {
    return (
      <button type="button" class="link" onClick={() => setOpen(true)}>
        {t("cust.answer.edit")}
      </button>
    );
  }
  const networks = [...new Set(known.conversations.map((one) => one.network))].sort();
  return (
    <Form name={t("cust.answer.edit")} doing={doing} onSubmit={submit} onCancel={() => setOpen(false)}>
      <Pick
        label={t("cust.answer.on")}
        value={network}
        none={t("cust.answer.there")}
        onPick={setNetwork}
        options={networks.map((one) => [one, networkName(one)])}
      />
      <label class="field">
        <span>{t("cust.answer.private")}</span>
        <input type="checkbox" checked={inPrivate} onChange={(event) => setInPrivate(event.currentTarget.checked)} />
      </label>
    </Form>
  );
}

/** Another team is his own from now on. */
export function ChangeTeam({ brand, known, reload }: { brand: string; known: WholeCustomer; reload: () => void }) {
  const [open, setOpen] = useState(false);
  const [team, setTeam] = useState(known.team);
  const [reason, setReason] = useState("");
  const doing = useCustomerDeed(known.id);
  const submit = async () => {
    if (!(await doing.run({ do: "team", team, reason }))) return;
    setOpen(false);
    reload();
  };
  if (!open) {
    return (
      <button type="button" class="link" onClick={() => setOpen(true)}>
        {t("cust.setTeam")}
      </button>
    );
  }
  const teams = brandOf(brand)?.teams ?? [];
  return (
    <Form
      name={t("cust.setTeam")}
      doing={doing}
      blocked={team === known.team}
      onSubmit={submit}
      onCancel={() => setOpen(false)}
    >
      <Pick label={t("do.toTeam")} value={team} onPick={setTeam} options={teams.map((one) => [one.id, one.name])} />
      <Field label={t("do.reason")} hint={t("do.reason.hint")} value={reason} onInput={setReason} />
    </Form>
  );
}

/** He may leave the model of one team for the ordinary service, and come back. */
export function TeamChoice({ known, reload }: { known: WholeCustomer; reload: () => void }) {
  const doing = useCustomerDeed(known.id);
  const choose = async () => {
    if (await doing.run({ do: "team-choice", optedOut: !known.optedOut })) reload();
  };
  return (
    <>
      {known.optedOut && <p class="hint">{t("cust.optedOut")}</p>}
      <button type="button" class="link" disabled={doing.busy} onClick={choose}>
        {t(known.optedOut ? "cust.return" : "cust.optOut")}
      </button>
      <Refused text={doing.refused} />
    </>
  );
}
