// The conversations behind a figure: what counts towards it, and of a share also what could have and does not.

import { useCallback, useEffect, useState } from "preact/hooks";
import { listBehind, listMeasures, type Measure, type Behind as One, type Part } from "../../api/figures";
import type { Params } from "../../api/http";
import { languageName, t } from "../../i18n";
import { measureTitle, useMeasureWords } from "../../i18n/measures";
import { bound } from "../../lib/period";
import { behindLink, conversationLink, filteredLink, inboxLink } from "../../lib/route";
import { networkName } from "../../lib/text";
import { brandName, personName, teamName } from "../../live/brands";
import { Empty, Failed, Loading, useLoad } from "../../ui/load";
import { At } from "../../ui/time";
import { Meaning } from "./catalogue";
import { showOf } from "./show";
import { Tabs } from "./tabs";

const FIELDS = [
  "brand",
  "team",
  "channel",
  "language",
  "person",
  "topic",
  "region",
  "tier",
  "from",
  "until",
  "without",
];

export function Behind({ measure: name, params }: { measure: string; params: URLSearchParams }) {
  useMeasureWords();
  const chosen = Object.fromEntries(FIELDS.map((field) => [field, params.get(field) ?? ""]));
  const part: Part = params.get("part") === "NOT_COUNTED" ? "NOT_COUNTED" : "COUNTED";
  const catalogue = useLoad("measures", listMeasures);
  const measure = catalogue.value?.find((one) => one.name === name);
  return (
    <div class="page">
      <h1 tabIndex={-1} id="title">
        {measureTitle(name, measure?.title)}
      </h1>
      <Tabs at="" />
      {measure && <Meaning measure={measure} />}
      <Chosen chosen={chosen} />
      {measure?.form === "SHARE" && <Sides name={name} chosen={chosen} part={part} />}
      <List name={name} measure={measure} chosen={chosen} part={part} />
    </div>
  );
}

/** What narrows it, as chips. */
function Chosen({ chosen }: { chosen: Record<string, string> }) {
  const brand = chosen.brand ?? "";
  const names: Record<string, (value: string) => string> = {
    brand: brandName,
    team: (value) => teamName(brand, value),
    person: (value) => personName(brand, value),
    channel: networkName,
    language: languageName,
    from: (value) => `≥ ${value}`,
    until: (value) => `< ${value}`,
    without: () => t("score.without"),
  };
  const shown = Object.entries(chosen).filter(([, value]) => value !== "");
  if (shown.length === 0) return null;
  return (
    <p class="chips">
      {shown.map(([field, value]) => (
        <span key={field} class="chip chip-outline">
          <bdi>{names[field]?.(value) ?? value}</bdi>
        </span>
      ))}
    </p>
  );
}

function Sides({ name, chosen, part }: { name: string; chosen: Record<string, string>; part: Part }) {
  return (
    <nav class="tabs" aria-label={t("meas.part")}>
      {(["COUNTED", "NOT_COUNTED"] as const).map((one) => (
        <a
          key={one}
          class="tab"
          href={behindLink(name, { ...chosen, part: one === "COUNTED" ? "" : one })}
          aria-current={one === part ? "page" : undefined}
        >
          {t(`meas.${one}`)}
        </a>
      ))}
    </nav>
  );
}

interface ListProps {
  name: string;
  measure: Measure | undefined;
  chosen: Record<string, string>;
  part: Part;
}

function List({ name, measure, chosen, part }: ListProps) {
  const filter: Params = { ...chosen, from: bound(chosen.from ?? ""), until: bound(chosen.until ?? "") };
  const key = JSON.stringify([name, part, filter]);
  const { value, error, reload } = useLoad(`behind ${key}`, (signal) => listBehind(name, part, filter, "", signal));
  const [rest, setRest] = useState<{ behind: One[]; next: string }>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another question or a first page anew begins from the start
  useEffect(() => setRest(undefined), [key, value]);
  const next = rest ? rest.next : (value?.next ?? "");
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key holds the question
  const more = useCallback(() => {
    listBehind(name, part, filter, next).then(
      (page) => setRest((old) => ({ behind: [...(old?.behind ?? []), ...page.behind], next: page.next })),
      () => {},
    );
  }, [key, next]);
  if (!value) return error ? <Failed error={error} reload={reload} /> : <Loading />;
  const all = [...value.behind, ...(rest?.behind ?? [])];
  if (all.length === 0) return <Empty title={t("inbox.empty")} hint={t("meas.none")} />;
  return (
    <div class="panel">
      <ul class="behind">
        {all.map((one) => (
          <Line key={one.conversation || one.post || one.incident} one={one} measure={measure} />
        ))}
      </ul>
      {next && (
        <p class="more">
          <button type="button" class="button" onClick={more}>
            {t("inbox.loadMore")}
          </button>
        </p>
      )}
    </div>
  );
}

function Line({ one, measure }: { one: One; measure: Measure | undefined }) {
  return (
    <li>
      <a href={placeOf(one)}>{one.firstPostAt === undefined ? t("page.conversation") : <At at={one.firstPostAt} />}</a>
      <span class="figure">{measure?.form === "SHARE" ? "" : showOf(measure, one.value)}</span>
      <span class="quiet behind-about">
        <bdi>{brandName(one.brand)}</bdi>
        {one.team && <bdi>{teamName(one.brand, one.team)}</bdi>}
        {one.channel && <span>{networkName(one.channel)}</span>}
        {one.language && <span>{languageName(one.language)}</span>}
        {one.person && <bdi>{personName(one.brand, one.person)}</bdi>}
      </span>
    </li>
  );
}

/** Most figures are made of conversations; some of posts that were kept out, or of incidents. */
function placeOf(one: One): string {
  if (one.conversation) return conversationLink(one.conversation);
  if (one.incident) return inboxLink({ brand: one.brand, view: "everything", incident: one.incident });
  return filteredLink({ brand: one.brand });
}
