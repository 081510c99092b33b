// Who the customer is and how the matter stands, as plain pairs.

import type { ComponentChildren } from "preact";
import type { Summary } from "../../api/model";
import { compact, duration, num, t } from "../../i18n";
import type { Customer } from "../../lib/timeline";
import { personName, teamName } from "../../live/brands";
import { PriorityChip } from "../../ui/chips";
import { At, Due, Ticking } from "../../ui/time";

export function CustomerPanel({ customer }: { customer: Customer | undefined }) {
  return (
    <section class="panel" aria-labelledby="customer-title">
      <h2 id="customer-title">{t("case.customer")}</h2>
      <dl class="facts">
        <Pair name={t("case.followers")}>{customer && compact(customer.followers)}</Pair>
        <Pair name={t("case.tier")}>{customer?.tier && <bdi>{customer.tier}</bdi>}</Pair>
        <Pair name={t("case.region")}>{customer?.region && <bdi>{customer.region}</bdi>}</Pair>
        <Pair name={t("case.timezone")}>{customer?.timezone && <bdi>{customer.timezone}</bdi>}</Pair>
      </dl>
    </section>
  );
}

/** `at` is the instant that is looked at, when it is not the present. */
export function StatePanel({ summary, at }: { summary: Summary; at: number | undefined }) {
  const { brand, assignee, team } = summary;
  return (
    <section class="panel" aria-labelledby="state-title">
      <h2 id="state-title">{t("case.state")}</h2>
      <dl class="facts">
        <Pair name={t("case.team")}>{team ? <bdi>{teamName(brand, team)}</bdi> : t("noTeam")}</Pair>
        <Pair name={t("case.assignee")}>{assignee ? <bdi>{personName(brand, assignee)}</bdi> : t("unassigned")}</Pair>
        <Pair name={t("case.priority")}>
          <PriorityChip priority={summary.priority} />
        </Pair>
        <Pair name={t("case.due")}>
          {summary.dueAt !== undefined && summary.waitingSince !== undefined && (
            <Due dueAt={summary.dueAt} {...(at === undefined ? {} : { at })} />
          )}
        </Pair>
        <Pair name={t("case.waitingSince")}>
          {summary.waitingSince !== undefined && (
            <>
              <At at={summary.waitingSince} />{" "}
              {at === undefined && (
                <>
                  (<Ticking since={summary.waitingSince} />)
                </>
              )}
            </>
          )}
        </Pair>
        <Pair name={t("case.firstResponse")}>
          {summary.firstResponseSeconds !== undefined && duration(summary.firstResponseSeconds * 1_000)}
        </Pair>
        <Pair name={t("case.opened")}>{summary.firstPostAt !== undefined && <At at={summary.firstPostAt} />}</Pair>
        <Pair name={t("case.count")}>
          {num(summary.posts)}, {num(summary.answers)}
        </Pair>
        <Pair name={t("wall.breached")}>{summary.breaches > 0 && num(summary.breaches)}</Pair>
        <Pair name={t("case.handOffs")}>{summary.handOffs > 0 && num(summary.handOffs)}</Pair>
        <Pair name={t("case.reopened")}>{summary.reopened > 0 && num(summary.reopened)}</Pair>
        <Pair name={t("case.contacts")}>{summary.contacts > 0 && num(summary.contacts)}</Pair>
        <Pair name={t("do.outcome")}>{summary.outcome && t(`outcome.${summary.outcome}`)}</Pair>
        <Pair name={t("case.version")}>
          <span class="figure">{summary.version}</span>
        </Pair>
      </dl>
    </section>
  );
}

/** Nothing to say is not said. */
function Pair({ name, children }: { name: string; children: ComponentChildren }) {
  if (children === undefined || children === null || children === false || children === "") return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
