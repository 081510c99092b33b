// What was said: the customer on one side, the brand on the other, notes and calls between.

import type { ComponentChildren } from "preact";
import type { Summary } from "../../api/model";
import type { AttachmentJson } from "../../gen/earshot/conversation/v1/facts_pb";
import { compact, duration, t, tn, word } from "../../i18n";
import { now } from "../../lib/clock";
import { answerOf } from "../../lib/reading";
import { webAddress, words } from "../../lib/text";
import type { Contact, Note, Post, Reply } from "../../lib/timeline";
import { personName } from "../../live/brands";
import { NetworkChip } from "../../ui/chips";
import { Icon } from "../../ui/icon";
import { Refused } from "../../ui/refusal";
import { Ago, At } from "../../ui/time";
import { Name, Said } from "../../ui/words";
import { Correct, ReadAs } from "./correct";
import { type Target, useDeed } from "./deed";

function When({ at }: { at: number }) {
  return (
    <span class="when">
      <At at={at} /> · <Ago at={at} />
    </span>
  );
}

export function PostBubble({ post, summary, past }: { post: Post; summary: Summary; past: boolean }) {
  const lang = post.reading && answerOf(post.reading, "language")?.label;
  return (
    <article
      class={`bubble bubble-in${post.private ? " bubble-private" : ""}${post.deletedAt ? " bubble-deleted" : ""}`}
    >
      <header class="bubble-head">
        <Name>{post.author || t("unknownCustomer")}</Name>
        <NetworkChip network={post.network} isPrivate={post.private} />
        <When at={post.at} />
      </header>
      {post.text ? <Said text={post.text} lang={lang} /> : <p class="quiet">{t("case.noText")}</p>}
      <Attachments list={post.attachments} />
      {post.deletedAt !== undefined && (
        <p class="tone-amber">
          {t("case.deleted")} · <At at={post.deletedAt} />
        </p>
      )}
      {post.earlier.length > 0 && (
        <details class="earlier">
          <summary>{t("case.edited")}</summary>
          {post.earlier.map((edit) => (
            <div key={edit.at}>
              <p class="label">{t("case.earlier")}</p>
              <Said text={edit.text} lang={lang} />
            </div>
          ))}
        </details>
      )}
      <footer class="bubble-foot">
        {post.reading && <ReadAs reading={post.reading} brand={summary.brand} />}
        <Spread post={post} />
      </footer>
      {post.reading && !past && <Correct postKey={post.key} reading={post.reading} summary={summary} />}
    </article>
  );
}

function Spread({ post }: { post: Post }) {
  const counts = (["shares", "comments", "likes", "views"] as const).filter((kind) => post[kind] > 0);
  if (counts.length === 0) return null;
  return <span class="quiet">{counts.map((kind) => `${compact(post[kind])} ${t(`case.${kind}`)}`).join(" · ")}</span>;
}

function Attachments({ list }: { list: readonly AttachmentJson[] }) {
  if (list.length === 0) return null;
  return (
    <ul class="attachments" aria-label={t("case.attachments")}>
      {list.map((one) => {
        const address = webAddress(one.url ?? "");
        const about = [one.mediaType, bytes(Number(one.sizeBytes ?? 0))].filter(Boolean).join(", ");
        return (
          <li key={`${one.url}${about}`}>
            <Icon name="file" /> <bdi>{about}</bdi>
            {address && (
              <a href={address.href} target="_blank" rel="noopener noreferrer nofollow ugc">
                <bdi>{address.host}</bdi>
              </a>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function bytes(size: number): string {
  if (size <= 0) return "";
  if (size < 1_024) return `${size} B`;
  return size < 1_048_576 ? `${Math.round(size / 1_024)} KiB` : `${(size / 1_048_576).toFixed(1)} MiB`;
}

export function ReplyBubble({ reply, summary, past }: { reply: Reply; summary: Summary; past: boolean }) {
  const outside = reply.id === "";
  return (
    <article class={`bubble bubble-out bubble-${reply.state}${reply.private ? " bubble-private" : ""}`}>
      <header class="bubble-head">
        <Name>{reply.notice ? t("case.byItself") : personName(summary.brand, reply.person)}</Name>
        <NetworkChip network={reply.network} isPrivate={reply.private} />
        <When at={reply.at} />
      </header>
      <Said text={reply.text} />
      <Attachments list={reply.attachments} />
      <footer class="bubble-foot">
        <State reply={reply} />
        {outside && <span class="quiet">{t("case.observed")}</span>}
        {reply.parts > 1 && <span class="quiet">{t("case.part", { n: reply.part, of: reply.parts })}</span>}
        {reply.notice && <span class="quiet">{word("notice", reply.notice)}</span>}
        {reply.overrode && (
          <span class="chip chip-amber" title={words(reply.overrode)}>
            {t("case.overrode")}
          </span>
        )}
      </footer>
      {reply.state === "in_doubt" && !past && <Settle reply={reply} summary={summary} />}
    </article>
  );
}

const STATE_TONES = {
  submitted: "info",
  attempted: "info",
  retrying: "amber",
  sent: "good",
  failed: "ember",
  in_doubt: "ember",
} as const;

function State({ reply }: { reply: Reply }) {
  const moving = reply.state === "submitted" || reply.state === "attempted";
  return (
    <span class="chips">
      <span class={`chip chip-${STATE_TONES[reply.state]}`}>
        {moving && <span class="pulse" aria-hidden="true" />}
        {reply.state === "sent" && <Icon name="check" />}
        {t(`reply.${reply.state}`)}
      </span>
      {reply.attempts > 1 && <span class="quiet">{tn("case.attempts", reply.attempts)}</span>}
      {reply.reason && reply.state !== "sent" && <span class="quiet">{words(reply.reason)}</span>}
      {reply.retryAt !== undefined && reply.state === "retrying" && (
        <span class="quiet">{t("case.retryAt", { time: duration(reply.retryAt - now.value) })}</span>
      )}
    </span>
  );
}

/** A person says how a reply in doubt ended. */
export function Settle({ reply, summary }: { reply: Pick<Reply, "id">; summary: Target }) {
  const doing = useDeed(summary);
  const say = (arrived: boolean, sendAgain = false) =>
    void doing.run({ do: "settle", replyId: reply.id, arrived, ...(sendAgain ? { sendAgain } : {}) });
  return (
    <div class="settle">
      <p>{t("case.doubt")}</p>
      <p class="row-of-buttons">
        <button type="button" class="button" disabled={doing.busy} onClick={() => say(true)}>
          {t("case.arrived")}
        </button>
        <button type="button" class="button" disabled={doing.busy} onClick={() => say(false)}>
          {t("case.notArrived")}
        </button>
        <button type="button" class="button" disabled={doing.busy} onClick={() => say(false, true)}>
          {t("case.sendAgain")}
        </button>
      </p>
      <Refused text={doing.refused} />
    </div>
  );
}

export function NoteBubble({ note, brand }: { note: Note; brand: string }) {
  return (
    <Aside icon="note" at={note.at} title={t("case.noteBy", { name: personName(brand, note.person) })}>
      <Said text={note.text} />
    </Aside>
  );
}

export function ContactBubble({ contact }: { contact: Contact }) {
  return (
    <Aside icon="phone" at={contact.at} title={t("case.contactBy", { via: contact.via })}>
      {contact.text && <Said text={contact.text} />}
    </Aside>
  );
}

interface AsideProps {
  icon: "note" | "phone";
  at: number;
  title: string;
  children: ComponentChildren;
}

function Aside({ icon, at, title, children }: AsideProps) {
  return (
    <article class={`bubble bubble-aside bubble-${icon}`}>
      <header class="bubble-head">
        <Icon name={icon} /> <bdi>{title}</bdi>
        <When at={at} />
      </header>
      {children}
    </article>
  );
}
