// Two profiles that are one person, as people say: linked and unlinked, with the reason written down on both.

import { useState } from "preact/hooks";
import { getConversation } from "../../api/calls";
import type { WholeCustomer } from "../../api/customers";
import { Refusal } from "../../api/http";
import { t } from "../../i18n";
import { idIn } from "../../lib/route";
import { Fold } from "../../ui/fold";
import { plainWords } from "../../ui/refused";
import { useCustomerDeed } from "./deed";
import { Field, Form } from "./forms";

export function Links({ known, reload }: { known: WholeCustomer; reload: () => void }) {
  const [unlinking, setUnlinking] = useState("");
  const [open, setOpen] = useState(false);
  return (
    <Fold title={t("cust.links")} count={known.linked.length}>
      <ul class="given">
        {known.linked.map((other) => (
          <li key={other}>
            <code>{other.slice(0, SHORT)}</code>{" "}
            <button type="button" class="link" onClick={() => setUnlinking(other)}>
              {t("cust.unlink")}
            </button>
            {unlinking === other && (
              <Unlink known={known} other={other} reload={reload} onClose={() => setUnlinking("")} />
            )}
          </li>
        ))}
      </ul>
      {open ? (
        <LinkForm known={known} reload={reload} onClose={() => setOpen(false)} />
      ) : (
        <button type="button" class="link" onClick={() => setOpen(true)}>
          {t("cust.link")}
        </button>
      )}
    </Fold>
  );
}

/** So many letters of an id tell it apart. */
const SHORT = 12;

interface LinkProps {
  known: WholeCustomer;
  reload: () => void;
  onClose: () => void;
}

function Unlink({ known, other, reload, onClose }: LinkProps & { other: string }) {
  const [reason, setReason] = useState("");
  const doing = useCustomerDeed(known.id);
  const submit = async () => {
    if (!(await doing.run({ do: "unlink", otherCustomerId: other, reason }))) return;
    onClose();
    reload();
  };
  return (
    <Form name={t("cust.unlink")} doing={doing} onSubmit={submit} onCancel={onClose}>
      <Field label={t("do.reason")} hint={t("do.reason.hint")} value={reason} onInput={setReason} />
    </Form>
  );
}

/** People see conversations, not ids of profiles: the other profile is named by one of its conversations. */
function LinkForm({ known, reload, onClose }: LinkProps) {
  const [other, setOther] = useState("");
  const [reason, setReason] = useState("");
  const doing = useCustomerDeed(known.id);
  const submit = async () => {
    doing.clear();
    let found: string | undefined;
    try {
      found = (await getConversation(idIn(other)))?.summary.customerId;
    } catch (error) {
      const missing = error instanceof Refusal && (error.status === 404 || error.status === 400);
      return doing.refuse(missing ? t("case.notFound") : plainWords(error));
    }
    if (!found) return doing.refuse(t("case.notFound"));
    if (!(await doing.run({ do: "links", otherCustomerId: found, reason }))) return undefined;
    onClose();
    return reload();
  };
  return (
    <Form name={t("cust.link")} doing={doing} blocked={other === ""} onSubmit={() => void submit()} onCancel={onClose}>
      <Field label={t("cust.link.other")} hint={t("do.into.hint")} value={other} onInput={setOther} />
      <Field label={t("do.reason")} hint={t("do.reason.hint")} value={reason} onInput={setReason} />
    </Form>
  );
}
