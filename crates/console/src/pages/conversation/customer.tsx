// The whole customer beside his conversation: who he is, who looks after him, what he writes about otherwise, and what
// he was granted and promised.

import { getCustomer, getTeamFace, type WholeCustomer } from "../../api/customers";
import type { Summary } from "../../api/model";
import { clockTime, compact, fullTime, t } from "../../i18n";
import { now } from "../../lib/clock";
import { conversationLink } from "../../lib/route";
import { networkName } from "../../lib/text";
import type { Customer } from "../../lib/timeline";
import { personName, teamName } from "../../live/brands";
import { NetworkChip, StatusChip } from "../../ui/chips";
import { Fold } from "../../ui/fold";
import { Failed, Loading, useLoad } from "../../ui/load";
import { At } from "../../ui/time";
import { Said } from "../../ui/words";
import { Exceptions, Promises } from "./given";
import { Links } from "./links";
import { AnswerWay, ChangeTeam, Profile, TeamChoice } from "./profile";
import { Pair } from "./side";

interface CustomerProps {
  /** As the newest post tells of him. */
  customer: Customer | undefined;
  summary: Summary;
  past: boolean;
}

export function CustomerPanel({ customer, summary, past }: CustomerProps) {
  return (
    <section class="panel customer" aria-labelledby="customer-title">
      <h2 id="customer-title">{t("case.customer")}</h2>
      {past || !summary.customerId ? (
        <dl class="facts">
          <FromPost customer={customer} />
        </dl>
      ) : (
        <Whole customer={customer} summary={summary} />
      )}
    </section>
  );
}

function FromPost({ customer }: { customer: Customer | undefined }) {
  return (
    <>
      <Pair name={t("case.followers")}>{customer && compact(customer.followers)}</Pair>
      <Pair name={t("case.tier")}>{customer?.tier && <bdi>{customer.tier}</bdi>}</Pair>
      <Pair name={t("case.region")}>{customer?.region && <bdi>{customer.region}</bdi>}</Pair>
      <Pair name={t("case.timezone")}>{customer?.timezone && <bdi>{customer.timezone}</bdi>}</Pair>
    </>
  );
}

function Whole({ customer, summary }: { customer: Customer | undefined; summary: Summary }) {
  const id = summary.customerId;
  const { value, error, reload } = useLoad(`customer ${id} ${summary.version}`, (signal) => getCustomer(id, signal));
  if (!value) return error ? <Failed error={error} reload={reload} /> : <Loading />;
  const told: Customer = {
    name: "",
    handle: "",
    followers: customer?.followers ?? 0,
    tier: value.tier || (customer?.tier ?? ""),
    region: value.region || (customer?.region ?? ""),
    timezone: value.timezone || (customer?.timezone ?? ""),
  };
  return (
    <>
      <dl class="facts">
        <FromPost customer={told} />
        <Pair name={t("cust.since")}>{value.since !== undefined && <Tenure since={value.since} />}</Pair>
        <Pair name={t("cust.answer")}>
          {(value.answerNetwork || value.answerInPrivate) && <bdi>{answerWay(value)}</bdi>}
        </Pair>
        <Pair name={t("cust.preferred")}>
          {value.preferred && <bdi>{personName(summary.brand, value.preferred)}</bdi>}
        </Pair>
      </dl>
      <p class="row-of-buttons">
        <Profile known={value} told={told} reload={reload} />
        <AnswerWay known={value} reload={reload} />
      </p>
      <Face summary={summary} known={value} reload={reload} />
      <Others summary={summary} known={value} />
      <Contacts known={value} />
      <Promises summary={summary} known={value} reload={reload} />
      <Exceptions summary={summary} known={value} reload={reload} />
      <Links known={value} reload={reload} />
    </>
  );
}

/** Where he wants to be answered, in words. */
function answerWay(known: WholeCustomer): string {
  const where = known.answerNetwork ? networkName(known.answerNetwork) : t("cust.answer.there");
  return known.answerInPrivate ? `${where}, ${t("cust.answer.private")}` : where;
}

const YEAR_MS = 365.25 * 86_400_000;

function Tenure({ since }: { since: number }) {
  const years = Math.floor((now.value - since) / YEAR_MS);
  return (
    <time dateTime={new Date(since).toISOString()} title={fullTime(since)}>
      {years >= 1 ? t("cust.years", { n: years }) : t("cust.newer")}
    </time>
  );
}

/** His own team, as he may be shown it. */
function Face({ summary, known, reload }: { summary: Summary; known: WholeCustomer; reload: () => void }) {
  const { value } = useLoad(`face ${known.id} ${known.team} ${known.optedOut}`, (signal) =>
    known.team ? getTeamFace(known.id, signal) : Promise.resolve(undefined),
  );
  if (!known.team && !known.optedOut) return null;
  return (
    <Fold title={t("cust.team")} count={known.team ? 1 : 0}>
      {known.team && (
        <p>
          <strong>
            <bdi>{value?.name ?? teamName(summary.brand, known.team)}</bdi>
          </strong>{" "}
          {value && (
            <span class={value.isOpen ? "chip chip-good" : "chip chip-quiet"}>
              {t(value.isOpen ? "brands.open" : "brands.closed")}
            </span>
          )}{" "}
          {value && !value.isOpen && value.nextOpening !== undefined && (
            <span class="quiet">{t("brands.opens", { time: clockTime(value.nextOpening, now.value) })}</span>
          )}
        </p>
      )}
      {value && value.people.length > 0 && (
        <p class="quiet">
          {value.people.map((person, index) => (
            <span key={person.name}>
              {index > 0 && ", "}
              <bdi>{person.name}</bdi>
              {person.online && ` (${t("brands.on")})`}
            </span>
          ))}
        </p>
      )}
      <p class="row-of-buttons">
        <ChangeTeam brand={summary.brand} known={known} reload={reload} />
        <TeamChoice known={known} reload={reload} />
      </p>
    </Fold>
  );
}

/** His other conversations, those that are open first. */
function Others({ summary, known }: { summary: Summary; known: WholeCustomer }) {
  const others = known.conversations.filter((one) => one.id !== summary.id && one.status !== "MERGED");
  const settled = (one: Summary) => Number(one.status === "RESOLVED");
  others.sort((a, b) => settled(a) - settled(b));
  if (others.length === 0) return null;
  return (
    <Fold title={t("cust.others")} count={others.length}>
      <ul class="others">
        {others.slice(0, MOST_OTHERS).map((one) => (
          <li key={one.id}>
            <a href={conversationLink(one.id)}>
              {one.lastActivityAt === undefined ? t("page.conversation") : <At at={one.lastActivityAt} />}
            </a>{" "}
            <StatusChip status={one.status} /> <NetworkChip network={one.network} isPrivate={one.private} />{" "}
            {one.topic && <bdi class="quiet">{one.topic}</bdi>}
          </li>
        ))}
      </ul>
      {others.length > MOST_OTHERS && <p class="quiet">{t("cust.more", { n: others.length - MOST_OTHERS })}</p>}
    </Fold>
  );
}

const MOST_OTHERS = 12;

function Contacts({ known }: { known: WholeCustomer }) {
  if (known.contacts.length === 0) return null;
  return (
    <Fold title={t("case.contacts")} count={known.contacts.length}>
      <ul class="given">
        {known.contacts.map((one, index) => (
          <li key={`${one.via} ${one.at} ${index}`}>
            <p class="quiet">
              <bdi>{one.via}</bdi> {one.at !== undefined && <At at={one.at} />}
            </p>
            {one.summary && <Said text={one.summary} />}
          </li>
        ))}
      </ul>
    </Fold>
  );
}
