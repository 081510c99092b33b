// A quiet line for each thing that happens, newest first; and who is there to deal with it.

import type { Brand, Team } from "../../api/model";
import { clockTime, named, t, type Values } from "../../i18n";
import { now } from "../../lib/clock";
import { mostTelling, type Told, toneOf } from "../../lib/facts";
import { conversationLink } from "../../lib/route";
import { initials, networkName } from "../../lib/text";
import { brandName, personName, teamName } from "../../live/brands";
import { type Change, ticker } from "../../live/store";
import { At } from "../../ui/time";

const SHOWN = 30;

export function Happening() {
  const told = tellings(ticker.value).slice(0, SHOWN);
  return (
    <section class="panel happening" aria-labelledby="happening-title">
      <header class="panel-head">
        <h2 id="happening-title">{t("wall.happening")}</h2>
      </header>
      {told.length === 0 ? (
        <p class="quiet pad">{t("wall.happening.none")}</p>
      ) : (
        <ol class="ticker">
          {told.map(({ change, fact }) => (
            <li key={change.sequence} class={`tick tick-${toneOf(fact)}`}>
              <a href={conversationLink(change.summary.id)}>
                <span class="tick-what">{sentence(fact, change)}</span>
                <span class="quiet">
                  <bdi>{brandName(change.summary.brand)}</bdi> · {networkName(change.summary.network)}
                </span>
              </a>
              <span class="tick-at quiet">
                {change.summary.lastActivityAt !== undefined && <At at={change.summary.lastActivityAt} />}
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

interface Telling {
  change: Change;
  fact: Told;
}

/** What is worth a line. That a customer wrote is not, once it has been dealt with in a line above. */
function tellings(changes: readonly Change[]): Telling[] {
  const above = new Set<string>();
  return changes.flatMap((change) => {
    const fact = mostTelling(change.facts);
    const known = above.has(change.summary.id);
    above.add(change.summary.id);
    return fact && !(fact === "PostReceived" && known) ? [{ change, fact }] : [];
  });
}

function sentence(fact: Told, { summary }: Change): string {
  const values: Values = {
    team: named(teamName(summary.brand, summary.team) || t("noTeam")),
    person: named(personName(summary.brand, summary.assignee) || t("unassigned")),
  };
  return t(`did.${fact}`, values);
}

export function WhoIsOn({ brands }: { brands: readonly Brand[] }) {
  return (
    <section class="panel on" aria-labelledby="on-title">
      <header class="panel-head">
        <h2 id="on-title">{t("wall.on")}</h2>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keyboard too */}
      {/* biome-ignore lint/a11y/useSemanticElements: it groups no fields */}
      <div class="on-brands" role="group" aria-labelledby="on-title" tabIndex={0}>
        {brands.map((brand) => (
          <div key={brand.id}>
            <h3>
              <bdi>{brand.name}</bdi>
            </h3>
            <ul class="on-teams">
              {brand.teams.map((team) => (
                <OnTeam key={team.id} brand={brand} team={team} />
              ))}
            </ul>
          </div>
        ))}
      </div>
    </section>
  );
}

function OnTeam({ brand, team }: { brand: Brand; team: Team }) {
  const online = brand.people.filter((person) => person.online && team.people.includes(person.id));
  return (
    <li class={team.isOpen ? "on-team" : "on-team on-team-closed"}>
      <span class="on-name">
        <bdi>{team.name}</bdi>
        {!team.isOpen && (
          <span class="quiet">
            {" "}
            {team.nextOpening === undefined
              ? t("wall.closed")
              : t("wall.opens", { time: clockTime(team.nextOpening, now.value) })}
          </span>
        )}
      </span>
      {online.length > 0 ? (
        <ul class="faces">
          {online.map((person) => (
            <li key={person.id} class="face">
              <span class="avatar" aria-hidden="true">
                {initials(person.name)}
              </span>
              <bdi>{person.name}</bdi>
            </li>
          ))}
        </ul>
      ) : (
        <span class={team.isOpen ? "tone-amber" : "quiet"}>{t("wall.on.none")}</span>
      )}
    </li>
  );
}
