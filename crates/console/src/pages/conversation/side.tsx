// How the matter stands, as plain pairs.

import type { ComponentChildren } from "preact";
import type { Summary } from "../../api/model";
import { duration, num, t } from "../../i18n";
import { personName, teamName } from "../../live/brands";
import { PriorityChip } from "../../ui/chips";
import { At, Due, Ticking } from "../../ui/time";

interface StateProps {
  summary: Summary;
  /** The instant that is looked at, when it is not the present. */
  at: number | undefined;
  /** The version of the settings that the newest decision was made by. */
  settings: ComponentChildren;
}

export function StatePanel({ summary, at, settings }: StateProps) {
  return (
    <section class="panel" aria-labelledby="state-title">
      <h2 id="state-title">{t("case.state")}</h2>
      <dl class="facts">
        <Holders summary={summary} />
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
        <Counts summary={summary} />
        <Pair name={t("case.settings")}>{settings}</Pair>
        <Pair name={t("case.version")}>
          <span class="figure">{summary.version}</span>
        </Pair>
      </dl>
    </section>
  );
}

/** Both tiers: who has it, whom it was raised to, and whose it is while others serve it. */
function Holders({ summary }: { summary: Summary }) {
  const { brand, team, assignee, escalationTeam, second, homeTeam, awayUntil, offeredTo, offeredUntil } = summary;
  return (
    <>
      <Pair name={t("case.team")}>{team ? <bdi>{teamName(brand, team)}</bdi> : t("noTeam")}</Pair>
      <Pair name={t("case.assignee")}>{assignee ? <bdi>{personName(brand, assignee)}</bdi> : t("unassigned")}</Pair>
      <Pair name={t("case.raisedTo")}>
        {escalationTeam && (
          <span class="tone-ember">
            <bdi>{teamName(brand, escalationTeam)}</bdi>,{" "}
            {second ? <bdi>{personName(brand, second)}</bdi> : t("unassigned")}
          </span>
        )}
      </Pair>
      <Pair name={t("case.homeTeam")}>
        {homeTeam && (
          <>
            <bdi>{teamName(brand, homeTeam)}</bdi>
            {awayUntil !== undefined && (
              <>
                {", "}
                {t("case.backAt")} <At at={awayUntil} />
              </>
            )}
          </>
        )}
      </Pair>
      <Pair name={t("case.offeredTo")}>
        {offeredTo && (
          <>
            <bdi>{personName(brand, offeredTo)}</bdi>
            {offeredUntil !== undefined && (
              <>
                , {t("case.until")} <At at={offeredUntil} />
              </>
            )}
          </>
        )}
      </Pair>
      <Pair name={t("case.needs")}>
        {summary.needsSkills.length > 0 && <bdi>{summary.needsSkills.join(", ")}</bdi>}
      </Pair>
    </>
  );
}

function Counts({ summary }: { summary: Summary }) {
  return (
    <>
      <Pair name={t("case.firstResponse")}>
        {summary.firstResponseSeconds !== undefined && duration(summary.firstResponseSeconds * 1_000)}
      </Pair>
      <Pair name={t("case.opened")}>{summary.firstPostAt !== undefined && <At at={summary.firstPostAt} />}</Pair>
      <Pair name={t("case.topic")}>{summary.topic && <bdi>{summary.topic}</bdi>}</Pair>
      <Pair name={t("case.count")}>
        {num(summary.posts)}, {num(summary.answers)}
      </Pair>
      <Pair name={t("wall.breached")}>{summary.breaches > 0 && num(summary.breaches)}</Pair>
      <Pair name={t("case.handOffs")}>{summary.handOffs > 0 && num(summary.handOffs)}</Pair>
      <Pair name={t("case.reopened")}>{summary.reopened > 0 && num(summary.reopened)}</Pair>
      <Pair name={t("case.contacts")}>{summary.contacts > 0 && num(summary.contacts)}</Pair>
      <Pair name={t("do.outcome")}>{summary.outcome && t(`outcome.${summary.outcome}`)}</Pair>
    </>
  );
}

/** Nothing to say is not said. */
export function Pair({ name, children }: { name: string; children: ComponentChildren }) {
  if (children === undefined || children === null || children === false || children === "") return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
