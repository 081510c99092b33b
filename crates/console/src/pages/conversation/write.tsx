// Where a person answers, or writes a note for colleagues. A draft outlives a look at another page.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Summary } from "../../api/model";
import { num, t } from "../../i18n";
import { lengthOn } from "../../lib/length";
import { networkName } from "../../lib/text";
import { personName } from "../../live/brands";
import { isMine, me, myself } from "../../live/me";
import { Icon } from "../../ui/icon";
import { Refused } from "../../ui/refusal";
import { useDeed } from "./deed";

export type Kind = "reply" | "note";

interface WriteProps {
  summary: Summary;
  customer: string;
  /** The newest post of the customer: what the reply answers. */
  newestPost: { key: string; private: boolean } | undefined;
  focus: boolean;
}

const drafts = {
  read: (key: string) => {
    try {
      return sessionStorage.getItem(`earshot.draft.${key}`) ?? "";
    } catch {
      return "";
    }
  },
  write: (key: string, text: string) => {
    try {
      if (text) sessionStorage.setItem(`earshot.draft.${key}`, text);
      else sessionStorage.removeItem(`earshot.draft.${key}`);
    } catch {
      // Without storage a draft lives as long as its page.
    }
  },
};

export function Write({ summary, customer, newestPost, focus }: WriteProps) {
  const [kind, setKind] = useState<Kind>("reply");
  const [text, setText] = useState(() => drafts.read(summary.id));
  const [secret, setSecret] = useState(newestPost?.private ?? summary.private);
  const begun = useRef("");
  const box = useRef<HTMLTextAreaElement>(null);
  const doing = useDeed(summary);
  useEffect(() => {
    if (focus) box.current?.focus();
  }, [focus]);
  const change = (written: string) => {
    if (!text && written) begun.current = newestPost?.key ?? "";
    setText(written);
    drafts.write(summary.id, written);
  };
  const send = async () => {
    const said = text.trim();
    const done = await doing.run(
      kind === "note"
        ? { do: "notes", text: said }
        : { do: "replies", text: said, private: secret, inReplyTo: newestPost?.key ?? "" },
    );
    if (done) change("");
    box.current?.focus();
  };
  const holder = summary.assignee && !isMine(summary.brand, summary.assignee) ? summary.assignee : "";
  const wroteAgain = text !== "" && begun.current !== "" && begun.current !== newestPost?.key;
  return (
    <form
      class={`write write-${kind}`}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Tabs kind={kind} pick={setKind} />
      {kind === "reply" && holder && me.value && (
        <p class="hint">{t("write.held", { person: personName(summary.brand, holder) })}</p>
      )}
      {kind === "reply" && wroteAgain && (
        <p class="hint tone-amber" role="status">
          {t("write.newPost")}
        </p>
      )}
      <textarea
        ref={box}
        id="write"
        rows={3}
        dir="auto"
        aria-label={kind === "note" ? t("write.note") : t("write.label", { name: customer })}
        value={text}
        aria-describedby="write-hints"
        onInput={(event) => change(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          void send();
        }}
      />
      <div class="write-foot">
        {kind === "reply" && <Reach secret={secret} pick={setSecret} />}
        <p id="write-hints" class="write-hints quiet">
          {kind === "reply" && <Length network={summary.network} secret={secret} text={text} />}
          {kind === "reply" && <Signature text={text} change={change} />}
          <span>{t("write.hint")}</span>
        </p>
        <button type="submit" class="button button-strong" disabled={doing.busy}>
          <Icon name={kind === "note" ? "note" : "send"} />
          {doing.busy ? t("do.sending") : kind === "note" ? t("do.save") : t("do.send")}
        </button>
      </div>
      <Refused text={doing.refused} />
    </form>
  );
}

function Tabs({ kind, pick }: { kind: Kind; pick: (kind: Kind) => void }) {
  return (
    <div class="tabs">
      {(["reply", "note"] as const).map((one) => (
        <button key={one} type="button" class="tab" aria-pressed={kind === one} onClick={() => pick(one)}>
          {t(`do.${one}`)}
        </button>
      ))}
    </div>
  );
}

/** Who will read it. */
function Reach({ secret, pick }: { secret: boolean; pick: (secret: boolean) => void }) {
  return (
    <button
      type="button"
      role="switch"
      class={secret ? "switch reach reach-private" : "switch reach"}
      aria-checked={secret}
      aria-label={t("private")}
      onClick={() => pick(!secret)}
    >
      <span class="switch-track" aria-hidden="true" />
      <Icon name={secret ? "lock" : "globe"} />
      <span>{t(secret ? "write.private" : "write.public")}</span>
    </button>
  );
}

function Length({ network, secret, text }: { network: string; secret: boolean; text: string }) {
  const { used, limit } = lengthOn(network, secret, text);
  if (limit === undefined) return <span class="figure">{t("write.length.plain", { used: num(used) })}</span>;
  if (used > limit) {
    return (
      <span class="figure tone-ember">
        {t("write.over", { over: num(used - limit), network: networkName(network) })}
      </span>
    );
  }
  return <span class="figure">{t("write.length", { used: num(used), limit: num(limit) })}</span>;
}

/** Replies are signed by a person's name. */
function Signature({ text, change }: { text: string; change: (text: string) => void }) {
  const signature = myself.value?.signature;
  if (!signature) return null;
  if (text.trimEnd().endsWith(signature)) return <span>{t("write.signed", { signature })}</span>;
  return (
    <button type="button" class="link" onClick={() => change(`${text.trimEnd()} ${signature}`.trimStart())}>
      {t("write.sign", { signature })}
    </button>
  );
}
