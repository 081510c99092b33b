// Brands: who answers, when, and by which settings.

import { useState } from "preact/hooks";
import { setPresence } from "../../api/calls";
import type { Brand, Person, Team } from "../../api/model";
import { clockTime, fullTime, languageName, num, t } from "../../i18n";
import { now } from "../../lib/clock";
import { brandLink } from "../../lib/route";
import { initials } from "../../lib/text";
import { brands, notePresence } from "../../live/brands";
import { incidents } from "../../live/incidents";
import { Empty, Loading, PageTitle } from "../../ui/load";
import { plainWords } from "../../ui/refused";
import { short } from "../conversation/why";
import { Surges } from "../wallboard/surges";
import { Settings } from "./settings";

export function Brands({ brand }: { brand: string }) {
  const known = brands.value;
  if (!known) {
    return (
      <>
        <PageTitle>{t("brands.title")}</PageTitle>
        <Loading />
      </>
    );
  }
  const chosen = known.find((one) => one.id === brand);
  return (
    <div class="page">
      <h1 tabIndex={-1} id="title">
        {chosen ? <bdi>{chosen.name}</bdi> : t("brands.title")}
      </h1>
      {known.length === 0 && <Empty title={t("brands.none")} hint={t("brands.none.hint")} />}
      {brand && !chosen && <Empty title={t("brands.notFound")} />}
      {known.length > 0 && <Tiles known={known} brand={brand} />}
      {chosen && <Detail key={chosen.id} brand={chosen} />}
      {!brand && <Settings brand={undefined} />}
    </div>
  );
}

function Tiles({ known, brand }: { known: readonly Brand[]; brand: string }) {
  return (
    <ul class="tiles" aria-label={t("brands.title")}>
      {known.map((one) => (
        <li key={one.id}>
          <a class="tile" href={brandLink(one.id)} aria-current={one.id === brand ? "page" : undefined}>
            <strong>
              <bdi>{one.name}</bdi>
            </strong>
            <span class="quiet">
              {t("brands.teams")} {num(one.teams.filter((team) => team.isOpen).length)}/{num(one.teams.length)} ·{" "}
              {t("brands.people")} {num(one.people.filter((person) => person.online).length)}/{num(one.people.length)}
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}

function Detail({ brand }: { brand: Brand }) {
  return (
    <>
      <p class="lead">
        {t("brands.version", {
          version: short(brand.version) || "–",
          time: brand.publishedAt === undefined ? "–" : fullTime(brand.publishedAt),
        })}
      </p>
      <OnNow brand={brand.id} />
      <div class="halves">
        <section class="panel" aria-labelledby="teams-title">
          <h2 id="teams-title">{t("brands.teams")}</h2>
          <ul class="teams">
            {brand.teams.map((team) => (
              <TeamRow key={team.id} brand={brand} team={team} />
            ))}
          </ul>
        </section>
        <section class="panel" aria-labelledby="people-title">
          <h2 id="people-title">{t("brands.people")}</h2>
          <ul class="people">
            {brand.people.map((person) => (
              <PersonRow key={person.id} brand={brand.id} person={person} />
            ))}
          </ul>
        </section>
      </div>
      <Settings brand={brand} />
    </>
  );
}

/** The incidents that are on, if any. */
function OnNow({ brand }: { brand: string }) {
  const on = incidents.value.filter((one) => one.brand === brand);
  return <Surges list={on} />;
}

function TeamRow({ brand, team }: { brand: Brand; team: Team }) {
  const online = brand.people.filter((person) => person.online && team.people.includes(person.id)).length;
  return (
    <li>
      <p class="team-head">
        <strong>
          <bdi>{team.name}</bdi>
        </strong>
        <span class={team.isOpen ? "chip chip-good" : "chip chip-quiet"}>
          {t(team.isOpen ? "brands.open" : "brands.closed")}
        </span>
        {!team.isOpen && team.nextOpening !== undefined && (
          <span class="quiet">{t("brands.opens", { time: clockTime(team.nextOpening, now.value) })}</span>
        )}
        <span class="quiet">
          {t("brands.on")} {num(online)}/{num(team.people.length)}
        </span>
      </p>
      {team.hours && <code class="hours">{team.hours}</code>}
    </li>
  );
}

function PersonRow({ brand, person }: { brand: string; person: Person }) {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState("");
  const toggle = async () => {
    setBusy(true);
    setRefused("");
    try {
      await setPresence(brand, person.id, !person.online);
      notePresence(brand, person.id, !person.online);
    } catch (error) {
      setRefused(plainWords(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <li>
      <span class={person.online ? "avatar avatar-on" : "avatar"} aria-hidden="true">
        {initials(person.name)}
      </span>
      <span class="person-main">
        <bdi>{person.name}</bdi>
        <span class="quiet">
          {person.languages.map(languageName).join(", ")}
          {person.signature && (
            <>
              {" · "}
              <bdi>{person.signature}</bdi>
            </>
          )}
        </span>
        {refused && (
          <span class="refused" role="alert">
            {refused}
          </span>
        )}
      </span>
      <button
        type="button"
        role="switch"
        class="switch"
        aria-checked={person.online}
        disabled={busy}
        aria-label={`${person.name}: ${t("brands.presence")}`}
        onClick={toggle}
      >
        <span class="switch-track" aria-hidden="true" />
      </button>
    </li>
  );
}
