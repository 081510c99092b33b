// One message that was set aside: why, how often it was tried, and what is known of it without what is in it.

import { useState } from "preact/hooks";
import { type Aside, getSetAside, retry } from "../../api/setaside";
import { num, t, tn, word } from "../../i18n";
import { conversationLink } from "../../lib/route";
import { brandName } from "../../live/brands";
import { Failed, Loading, useLoad } from "../../ui/load";
import { Refused } from "../../ui/refusal";
import { Ago } from "../../ui/time";
import { useIntention } from "../conversation/deed";

export function AsideRow({ one, reload }: { one: Aside; reload: () => void }) {
  const [open, setOpen] = useState(false);
  const doing = useIntention(`set-aside ${one.id}`, (id: string, mine) => retry(id, mine.person));
  const again = async () => {
    if (await doing.run(one.id)) reload();
  };
  return (
    <li class="outgoing">
      <p class="outgoing-head">
        <bdi class="code">{one.id}</bdi>
        <span class="chip chip-outline">{word("about", one.kind)}</span>
        {one.brand && <bdi>{brandName(one.brand)}</bdi>}
        <span class="tone-amber">
          <bdi>{reasonOf(one.reason)}</bdi>
        </span>
        <span class="quiet">{tn("case.attempts", one.tries)}</span>
        {one.at !== undefined && (
          <span class="quiet">
            <Ago at={one.at} />
          </span>
        )}
        {one.conversation && <a href={conversationLink(one.conversation)}>{t("page.conversation")}</a>}
        {one.retrying && <span class="chip chip-info">{t("aside.isRetrying")}</span>}
        {one.canRetry && !one.retrying && (
          <button type="button" class="button" disabled={doing.busy} onClick={() => void again()}>
            {t("aside.retry")} <span class="hidden">{one.id}</span>
          </button>
        )}
      </p>
      <Refused text={doing.refused} />
      <details class="fold" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          {t("aside.details")} <span class="hidden">{one.id}</span>
        </summary>
        {open && <Details one={one} />}
      </details>
    </li>
  );
}

/** The code in words, and what stands behind it as it is. */
function reasonOf(reason: string): string {
  const [code = "", ...rest] = reason.split(": ");
  return [word("aside-why", code), ...rest].join(": ");
}

function Details({ one }: { one: Aside }) {
  const { value, error, reload } = useLoad(`set-aside item ${one.id}`, (signal) => getSetAside(one.id, signal));
  if (error && !value) return <Failed error={error} reload={reload} />;
  if (!value) return <Loading />;
  const lines: [string, string][] = [
    [t("aside.subject"), value.subject],
    [t("aside.sequence"), one.sequence],
    [t("aside.bytes"), num(value.bytes)],
    [t("aside.facts"), value.readable ? value.facts.join(", ") || word("about", one.kind) : t("aside.unreadable")],
    [t("aside.record"), value.record],
    [t("aside.trace"), value.trace],
  ];
  return (
    <dl class="aside-details">
      {value.storedAt !== undefined && (
        <>
          <dt>{t("aside.stored")}</dt>
          <dd>
            <Ago at={value.storedAt} />
          </dd>
        </>
      )}
      {lines
        .filter(([, text]) => text)
        .map(([name, text]) => (
          <>
            <dt key={`${name} name`}>{name}</dt>
            <dd key={name}>
              <bdi>{text}</bdi>
            </dd>
          </>
        ))}
    </dl>
  );
}
