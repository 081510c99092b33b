// What happened to the work of whoever sits here, and how he wants to be told.

import { useEffect } from "preact/hooks";
import type { News as One } from "../../api/news";
import { t, word } from "../../i18n";
import { conversationLink } from "../../lib/route";
import { brandName } from "../../live/brands";
import { me } from "../../live/me";
import { lookedAt, news } from "../../live/news";
import { preview, wantPreview } from "../../live/preview";
import { Empty } from "../../ui/load";
import { Ago } from "../../ui/time";
import { Name } from "../../ui/words";
import { HowTold } from "./choice";

const LOUD = ["DEADLINE_BREACH", "CALLBACK_MISSED", "SURGE", "REPLY_FAILED", "ESCALATED"];

export function News() {
  const mine = me.value;
  const told = news.value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what comes while one looks is seen too
  useEffect(lookedAt, [told]);
  return (
    <div class="page">
      <h1 tabIndex={-1} id="title">
        {t("news.title")}
      </h1>
      <p class="lead">{t("news.lead")}</p>
      {!mine && <Empty title={t("news.title")} hint={t("news.who")} />}
      {mine && told.length === 0 && <Empty title={t("news.none")} hint={t("news.none.hint")} />}
      {mine && told.length > 0 && (
        <section class="panel" aria-label={t("news.title")}>
          <ul class="behind">
            {told.map((one) => (
              <Line key={`${one.sequence} ${one.kind} ${one.conversation}`} one={one} />
            ))}
          </ul>
        </section>
      )}
      {mine && <HowTold key={`${mine.brand} ${mine.person}`} mine={mine} />}
    </div>
  );
}

/** Whose conversation it is, as soon as that is known. */
function About({ conversation }: { conversation: string }) {
  useEffect(() => wantPreview({ id: conversation, version: 0 }), [conversation]);
  const customer = preview(conversation).value?.customer;
  return (
    <a href={conversationLink(conversation)}>
      <Name>{customer?.name || customer?.handle || t("page.conversation")}</Name>
    </a>
  );
}

function Line({ one }: { one: One }) {
  return (
    <li>
      <span class={LOUD.includes(one.kind) ? "chip chip-ember" : "chip chip-info"}>{word("news", one.kind)}</span>
      {one.conversation ? <About conversation={one.conversation} /> : <bdi>{brandName(one.brand)}</bdi>}
      <span class="quiet">
        <Ago at={one.at} />
      </span>
    </li>
  );
}
