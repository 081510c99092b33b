// One conversation: who it is with, everything that happened, why it is where it is, and all that can be done.

import { useEffect, useMemo, useState } from "preact/hooks";
import type { Conversation as Case } from "../../api/calls";
import { Refusal } from "../../api/http";
import type { Summary } from "../../api/model";
import { fullTime, t, word } from "../../i18n";
import { now } from "../../lib/clock";
import { conversationLink, go, inboxLink, lastInbox, lastOpened, replace } from "../../lib/route";
import { type Customer, customerOf, newestPost, story } from "../../lib/timeline";
import { heat } from "../../lib/urgency";
import { brandName } from "../../live/brands";
import { me, shortcuts } from "../../live/me";
import { DemoChip, NetworkChip, Reasons, StatusChip } from "../../ui/chips";
import { Empty, Failed, Loading, PageTitle } from "../../ui/load";
import { useShortcuts } from "../../ui/shortcuts";
import { Name } from "../../ui/words";
import { CallsPanel } from "./calls";
import { useCase, usePast } from "./case";
import { ClocksPanel } from "./clocks";
import { CustomerPanel } from "./customer";
import { Desk } from "./desk";
import { HeldBack } from "./held";
import { PressingPanel } from "./pressing";
import { SettingsThen } from "./settings";
import { StatePanel } from "./side";
import { Slider } from "./slider";
import { Timeline } from "./timeline";
import { Why } from "./why";
import { Write } from "./write";

interface ConversationProps {
  id: string;
  at: string;
  reply: boolean;
}

export function Conversation({ id, at, reply }: ConversationProps) {
  const { value, error, reload } = useCase(id);
  if (error instanceof Refusal && (error.status === 404 || error.status === 400)) {
    return <Empty whole title={t("case.notFound")} hint={t("case.notFound.hint")} />;
  }
  if (!value) {
    return (
      <>
        <PageTitle>{t("page.conversation")}</PageTitle>
        {error ? <Failed error={error} reload={reload} /> : <Loading />}
      </>
    );
  }
  return <Whole key={id} asked={id} present={value} at={at} reply={reply} />;
}

interface WholeProps {
  asked: string;
  present: Case;
  at: string;
  reply: boolean;
}

function Whole({ asked, present, at, reply }: WholeProps) {
  const past = usePast(present.summary.id, at);
  const [steps, setSteps] = useState(true);
  const looksBack = at !== "";
  const shown = looksBack ? (past.shown ?? present) : present;
  const items = useMemo(() => story(shown.entries), [shown.entries]);
  const customer = useMemo(() => customerOf(shown.entries), [shown.entries]);
  const { summary } = shown;
  const instant = looksBack ? Date.parse(at) : undefined;
  useShortcuts(shortcuts.value, {
    r: () => document.getElementById("write")?.focus(),
    u: () => go(lastInbox.value),
  });
  useEffect(() => {
    lastOpened.value = asked;
  }, [asked]);
  return (
    <div class={looksBack ? "case case-past" : "case"}>
      <div class="case-main">
        <Head summary={summary} customer={customer} at={instant} />
        {asked !== summary.id && <p class="banner">{t("case.cameFrom")}</p>}
        {summary.mergedInto && <MergedBanner into={summary.mergedInto} />}
        <Slider id={summary.id} brand={summary.brand} entries={present.entries} at={at} />
        {looksBack ? (
          <PastBanner id={summary.id} at={at} error={past.error} />
        ) : (
          !summary.mergedInto && <Desk summary={summary} />
        )}
        <p class="case-view">
          <button type="button" class="link" aria-pressed={!steps} onClick={() => setSteps(!steps)}>
            {t(steps ? "case.steps.hide" : "case.steps.show")}
          </button>
        </p>
        <Timeline items={items} summary={summary} steps={steps} past={looksBack} />
        {!looksBack && !summary.mergedInto && <HeldBack summary={summary} entries={present.entries} />}
        {!looksBack && !summary.mergedInto && (
          <Write
            summary={summary}
            customer={customer?.name || customer?.handle || t("unknownCustomer")}
            newestPost={newestPost(items)}
            focus={reply}
          />
        )}
      </div>
      <aside class="case-side">
        <CustomerPanel customer={customer} summary={summary} past={looksBack} />
        <PressingPanel summary={summary} entries={shown.entries} />
        <ClocksPanel summary={summary} entries={shown.entries} at={instant} />
        <CallsPanel summary={summary} timezone={customer?.timezone ?? ""} past={looksBack} />
        <StatePanel
          summary={summary}
          at={instant}
          settings={<SettingsThen brand={summary.brand} entries={shown.entries} at={at} />}
        />
        <Why id={summary.id} version={present.summary.version} until={instant ?? Number.POSITIVE_INFINITY} />
      </aside>
    </div>
  );
}

function Head({ summary, customer, at }: { summary: Summary; customer: Customer | undefined; at: number | undefined }) {
  const name = customer?.name || customer?.handle || t("unknownCustomer");
  return (
    <header class={`case-head case-${heat(summary, at ?? now.value)}`}>
      <p class="crumbs">
        <a href={lastInbox.value}>{t("nav.inbox")}</a> ·{" "}
        <a href={inboxLink({ brand: summary.brand })}>
          <bdi>{brandName(summary.brand)}</bdi>
        </a>
      </p>
      <h1 tabIndex={-1} id="title">
        <Name>{name}</Name>
        {customer?.handle && customer.name && <bdi class="case-handle quiet">{customer.handle}</bdi>}
      </h1>
      <p class="case-chips chips">
        <StatusChip status={summary.status} />
        <NetworkChip network={summary.network} isPrivate={summary.private} />
        {summary.intent && <span class="chip chip-outline">{word("intent", summary.intent)}</span>}
        {at === undefined && <Reasons summary={summary} />}
        {summary.demo && <DemoChip />}
      </p>
      {at === undefined && me.value && me.value.brand !== summary.brand && (
        <p class="hint">{t("me.otherBrand", { brand: brandName(me.value.brand), other: brandName(summary.brand) })}</p>
      )}
    </header>
  );
}

function MergedBanner({ into }: { into: string }) {
  return (
    <p class="banner">
      {t("case.mergedInto")} <a href={conversationLink(into)}>{t("case.goThere")}</a>
    </p>
  );
}

function PastBanner({ id, at, error }: { id: string; at: string; error: Error | undefined }) {
  const missing = error instanceof Refusal && error.status === 404;
  return (
    <div class="banner banner-past" role="status">
      <p>
        <strong>{t("case.at", { time: fullTime(Date.parse(at)) })}</strong>{" "}
        {missing ? t("case.notYet") : t("case.past")}
      </p>
      <button type="button" class="button" onClick={() => replace(conversationLink(id))}>
        {t("case.backToNow")}
      </button>
    </div>
  );
}
