// One conversation in the list: who, what, how loud, with whom.

import { useEffect, useRef } from "preact/hooks";
import type { Summary } from "../../api/model";
import { languageName, named, t, tn, word } from "../../i18n";
import { now } from "../../lib/clock";
import { conversationLink } from "../../lib/route";
import { initials } from "../../lib/text";
import { heat } from "../../lib/urgency";
import { brandName, personName, teamName } from "../../live/brands";
import { isMine } from "../../live/me";
import { preview, wantPreview } from "../../live/preview";
import { DemoChip, NetworkChip, Reasons, StatusChip } from "../../ui/chips";
import { Line, Name } from "../../ui/words";
import { WritingChip } from "../../ui/writers";
import { useNear } from "./near";

interface RowProps {
  summary: Summary;
  gone: boolean;
  /** Some of the list is demo and some is not, so each row tells. */
  mixed: boolean;
  /** Of the first piece of the list, which is in view from the start. */
  first: boolean;
}

export function Row({ summary, gone, mixed, first }: RowProps) {
  const box = useRef<HTMLLIElement>(null);
  const { near } = useNear(box, first);
  const { id, version } = summary;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the words are fetched again when the version grows
  useEffect(() => {
    if (near) wantPreview(summary);
  }, [id, version, near]);
  // The link is the same, drawn whole or not: the focus may stand on it.
  return (
    <li ref={box} class={gone ? "row row-gone" : "row"}>
      <a
        href={conversationLink(id)}
        class={near ? `row-link row-${heat(summary, now.value)}` : "row-link row-far"}
        data-id={id}
      >
        {near ? <Whole summary={summary} gone={gone} mixed={mixed} /> : t("unknownCustomer")}
      </a>
    </li>
  );
}

function Whole({ summary, gone, mixed }: Omit<RowProps, "first">) {
  const words = preview(summary.id).value;
  const name = words?.customer?.name || words?.customer?.handle || t("unknownCustomer");
  return (
    <>
      <span class="avatar" aria-hidden="true">
        {initials(name)}
      </span>
      <span class="row-main">
        <span class="row-who">
          <Name>{name}</Name>
          {words?.customer?.handle && words.customer.name && (
            <bdi class="quiet row-handle">{words.customer.handle}</bdi>
          )}
          <NetworkChip network={summary.network} isPrivate={summary.private} />
          {summary.status !== "OPEN" && <StatusChip status={summary.status} />}
          {summary.demo && mixed && <DemoChip />}
          {gone && <span class="chip chip-quiet">{t("inbox.left")}</span>}
        </span>
        <span class="row-words">
          {words?.by && (
            <span class="quiet row-by">
              <bdi>{personName(summary.brand, words.by)}</bdi>:
            </span>
          )}
          <Line text={words?.text ?? ""} lang={words?.by ? undefined : summary.language} />
        </span>
        <span class="row-about quiet">
          <bdi>{brandName(summary.brand)}</bdi>
          {summary.intent && <span>{word("intent", summary.intent)}</span>}
          {summary.language && summary.language !== "und" && <span>{languageName(summary.language)}</span>}
          <span>{tn("inbox.posts", summary.posts)}</span>
        </span>
      </span>
      <span class="row-side">
        <WritingChip conversation={summary.id} />
        <Reasons summary={summary} most={3} />
        <Holder summary={summary} />
      </span>
    </>
  );
}

function Holder({ summary }: { summary: Summary }) {
  const mine = isMine(summary.brand, summary.assignee);
  return (
    <span class="row-holder">
      <bdi class="quiet">{teamName(summary.brand, summary.team) || t("noTeam")}</bdi>
      {summary.assignee && (
        <span class={mine ? "holder holder-me" : "holder"}>
          <bdi>{personName(summary.brand, summary.assignee)}</bdi>
          {mine && ` (${t("you")})`}
        </span>
      )}
      {summary.escalationTeam && (
        <span class="tone-ember">
          + <bdi>{teamName(summary.brand, summary.escalationTeam)}</bdi>
          {summary.second && (
            <>
              {", "}
              <bdi>{personName(summary.brand, summary.second)}</bdi>
            </>
          )}
        </span>
      )}
      {!summary.assignee && summary.offeredTo && (
        <span class={isMine(summary.brand, summary.offeredTo) ? "holder holder-me" : "quiet"}>
          {t("inbox.offeredTo", { person: named(personName(summary.brand, summary.offeredTo)) })}
        </span>
      )}
    </span>
  );
}
