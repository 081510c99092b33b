// Where a person answers, or writes a note for colleagues. What must not leave is told while it is typed.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Checked, Finding } from "../../api/guard";
import type { Summary } from "../../api/model";
import { num, t } from "../../i18n";
import { lengthOn } from "../../lib/length";
import { networkName } from "../../lib/text";
import { personName } from "../../live/brands";
import { isMine, me, myself } from "../../live/me";
import { Icon } from "../../ui/icon";
import { Refused } from "../../ui/refusal";
import { WritingHint } from "../../ui/writers";
import { useDeed } from "./deed";
import { drafts, useGuard } from "./draft";
import { Findings, Marks, Override, Parts, type Ways } from "./guard";
import { WindowHint, whyItWaits } from "./held";
import { ReadyReplies } from "./ready";

export type Kind = "reply" | "note";

interface WriteProps {
  summary: Summary;
  customer: string;
  /** The newest post of the customer: what the reply answers. */
  newestPost: { key: string; private: boolean } | undefined;
  focus: boolean;
}

export function Write({ summary, customer, newestPost, focus }: WriteProps) {
  const [kind, setKind] = useState<Kind>("reply");
  const [text, setText] = useState(() => drafts.read(summary.id));
  const [secret, setSecret] = useState(summary.answerInPrivate || (newestPost?.private ?? summary.private));
  const begun = useRef("");
  const box = useRef<HTMLTextAreaElement>(null);
  const doing = useDeed(summary);
  const [told, setTold] = useState(false);
  const [note, setNote] = useState("");
  // Only what was asked in public is answered in public that it goes on in private.
  const leaves = kind === "reply" && secret && newestPost !== undefined && !newestPost.private;
  const beside = leaves && told ? ({ moveToPrivate: true, publicNote: note.trim() } as const) : undefined;
  const guard = useGuard(summary, text, secret, kind === "reply", beside);
  const stopped = guard.current && (guard.checked?.findings.some((one) => one.stops) ?? false);
  useEffect(() => {
    if (focus) box.current?.focus();
  }, [focus]);
  const change = (written: string) => {
    if (!text && written) begun.current = newestPost?.key ?? "";
    setText(written);
    drafts.write(summary.id, written);
  };
  // What was asked in private is not answered aloud: the newest public post is, whichever that is.
  const answered = (!newestPost?.private || secret) && newestPost ? newestPost.key : "";
  const send = async (overrideReason = "") => {
    // What is known to be stopped is not submitted: nothing would come of it but a stop in the history.
    if (kind === "reply" && stopped && !overrideReason) return doing.refuse(t("no.DRAFT_STOPPED"));
    const said = text.trim();
    const why = overrideReason ? { overrideReason } : {};
    const done = await doing.run(
      kind === "note"
        ? { do: "notes", text: said }
        : { do: "replies", text: said, private: secret, inReplyTo: answered, ...why, ...beside },
    );
    if (done) {
      change("");
      setNote("");
    }
    return box.current?.focus();
  };
  const put = (ready: string) => {
    change(text.trim() ? `${text.trimEnd()}\n${ready}` : ready);
    box.current?.focus();
  };
  const ways = waysOut(box, text, change, () => setSecret(true));
  return (
    <form
      class={`write write-${kind}`}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Tabs kind={kind} pick={setKind} />
      <WritingHint conversation={summary.id} />
      {kind === "reply" && <Hints summary={summary} again={text !== "" && begunElsewhere(begun.current, newestPost)} />}
      <div class="draft">
        {kind === "reply" && <Marks text={text} findings={guard.current ? (guard.checked?.findings ?? []) : []} />}
        <textarea
          ref={box}
          id="write"
          rows={3}
          dir="auto"
          aria-label={kind === "note" ? t("write.note") : t("write.label", { name: customer })}
          value={text}
          aria-describedby="write-hints"
          aria-invalid={kind === "reply" && stopped}
          onInput={(event) => change(event.currentTarget.value)}
          onScroll={(event) => follow(event.currentTarget)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            void send();
          }}
        />
      </div>
      {kind === "reply" && guard.checked && <Findings checked={guard.checked} secret={secret} ways={ways} />}
      {kind === "reply" && guard.checked && (
        <Parts parts={guard.checked.parts} network={summary.network} secret={secret} />
      )}
      {leaves && <Aloud told={told} note={note} own={guard.checked?.publicNote ?? ""} tell={setTold} say={setNote} />}
      {kind === "reply" && guard.checked && guard.checked.waitsFor.length > 0 && (
        <p class="hint" role="status">
          {t("guard.waits", { why: guard.checked.waitsFor.map(whyItWaits).join(", ") })}
        </p>
      )}
      {kind === "reply" && secret && summary.window && <WindowHint window={summary.window} />}
      {kind === "reply" && <ReadyReplies summary={summary} secret={secret} use={put} />}
      {kind === "reply" && stopped && <Override busy={doing.busy} send={(reason) => void send(reason)} />}
      <div class="write-foot">
        {kind === "reply" && <Reach secret={secret} pick={setSecret} />}
        <p id="write-hints" class="write-hints quiet">
          {kind === "reply" && <Length summary={summary} secret={secret} text={text} checked={guard.checked} />}
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

interface AloudProps {
  told: boolean;
  note: string;
  /** The brand's own words. */
  own: string;
  tell: (told: boolean) => void;
  say: (note: string) => void;
}

/** One step from public to private: the public hears that the answer stands there. */
function Aloud({ told, note, own, tell, say }: AloudProps) {
  return (
    <div class="aloud">
      <label class="check">
        <input type="checkbox" checked={told} onChange={(event) => tell(event.currentTarget.checked)} />
        {t("write.aloud")}
      </label>
      {told && (
        <label class="field field-wide">
          <span>{t("write.aloud.words")}</span>
          <input
            type="text"
            dir="auto"
            value={note}
            placeholder={own || t("write.aloud.own")}
            onInput={(event) => say(event.currentTarget.value)}
          />
        </label>
      )}
    </div>
  );
}

/** The marks lie under the letters also when the box is scrolled. */
function follow(box: HTMLTextAreaElement): void {
  const marks = box.previousElementSibling;
  if (marks) marks.scrollTop = box.scrollTop;
}

function begunElsewhere(begun: string, newest: WriteProps["newestPost"]): boolean {
  return begun !== "" && begun !== newest?.key;
}

/** What can be done about a finding with one press. */
function waysOut(
  box: { current: HTMLTextAreaElement | null },
  text: string,
  change: (text: string) => void,
  askInPrivate: () => void,
): Ways {
  const select = (start: number, end: number) => {
    box.current?.focus();
    box.current?.setSelectionRange(start, end);
  };
  const signature = myself.value?.signature;
  return {
    show: ({ start, end }: Finding) => select(start, end),
    askInPrivate: () => {
      askInPrivate();
      box.current?.focus();
    },
    correct: ({ start, end, correction }: Finding) => {
      change(text.slice(0, start) + correction + text.slice(end));
      box.current?.focus();
    },
    sign: signature ? () => change(signed(text, signature)) : undefined,
  };
}

const signed = (text: string, signature: string) => `${text.trimEnd()} ${signature}`.trimStart();

function Hints({ summary, again }: { summary: Summary; again: boolean }) {
  const holder = summary.assignee && !isMine(summary.brand, summary.assignee) ? summary.assignee : "";
  // The team that it was raised to answers beside the first line.
  const beside = isMine(summary.brand, summary.second);
  return (
    <>
      {holder && !beside && me.value && (
        <p class="hint">{t("write.held", { person: personName(summary.brand, holder) })}</p>
      )}
      {again && (
        <p class="hint tone-amber" role="status">
          {t("write.newPost")}
        </p>
      )}
    </>
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

interface LengthProps {
  summary: Summary;
  secret: boolean;
  text: string;
  checked: Checked | undefined;
}

/** As the network counts. What is too long for one reply leaves in parts, so only what fits no parts is an alarm. */
function Length({ summary, secret, text, checked }: LengthProps) {
  const { network } = summary;
  const { used, limit } = lengthOn(network, secret, text);
  if (limit === undefined) return <span class="figure">{t("write.length.plain", { used: num(used) })}</span>;
  const parts = checked?.parts.length ?? 0;
  if (used > limit && parts < 2) {
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
    <button type="button" class="link" onClick={() => change(signed(text, signature))}>
      {t("write.sign", { signature })}
    </button>
  );
}
