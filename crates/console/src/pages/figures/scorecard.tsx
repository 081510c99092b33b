// The scorecard: brands, teams, people or periods side by side on three heads, each with how sure it is, and every
// figure leads to the conversations behind it.

import { type Scorecard as Card, getScorecard, listMeasures, type Measure, SIDES, type Side } from "../../api/figures";
import { t } from "../../i18n";
import { bound } from "../../lib/period";
import { replace, scorecardLink } from "../../lib/route";
import { brands } from "../../live/brands";
import { Empty, Failed, Loading, useLoad } from "../../ui/load";
import { Pick } from "../conversation/forms";
import { CourseChart } from "./chart";
import { Rows, rowName } from "./rows";
import { Tabs } from "./tabs";

export interface Asked {
  side: Side;
  brand: string;
  from: string;
  until: string;
}

function readAsked(params: URLSearchParams): Asked {
  return {
    side: SIDES.find((side) => side === params.get("side")) ?? "BRAND",
    brand: params.get("brand") ?? "",
    from: params.get("from") ?? "",
    until: params.get("until") ?? "",
  };
}

export function Scorecard({ params }: { params: URLSearchParams }) {
  const asked = readAsked(params);
  const { side, brand, from, until } = asked;
  const change = (changed: Partial<Asked>) => replace(scorecardLink({ ...asked, ...changed }));
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const { value, error, reload } = useLoad(`scorecard ${JSON.stringify(asked)}`, (signal) =>
    getScorecard(side, { brand, from: bound(from), until: bound(until), timeZone }, signal),
  );
  const catalogue = useLoad("measures", listMeasures);
  const measures = new Map((catalogue.value ?? []).map((one) => [one.name, one]));
  return (
    <div class="page">
      <h1 tabIndex={-1} id="title">
        {t("score.title")}
      </h1>
      <Tabs at="scorecard" />
      <p class="lead">{t("score.lead")}</p>
      <Controls asked={asked} change={change} />
      {error && !value && <Failed error={error} reload={reload} />}
      {!error && !value && <Loading />}
      {value && <Body card={value} asked={asked} measures={measures} />}
    </div>
  );
}

function Controls({ asked, change }: { asked: Asked; change: (changed: Partial<Asked>) => void }) {
  return (
    <form class="filters" aria-label={t("inbox.filters")} onSubmit={(event) => event.preventDefault()}>
      <Pick
        label={t("score.side")}
        value={asked.side}
        onPick={(side) => change({ side: side as Side })}
        options={SIDES.map((side) => [side, t(`side.${side}`)])}
      />
      <Pick
        label={t("ledger.brand")}
        value={asked.brand}
        none={t("inbox.allBrands")}
        onPick={(brand) => change({ brand })}
        options={(brands.value ?? []).map((one) => [one.id, one.name])}
      />
      {(["from", "until"] as const).map((bounding) => (
        <label key={bounding} class="field">
          <span>{t(`score.${bounding}`)}</span>
          <input
            type="date"
            value={asked[bounding]}
            onChange={(event) => change({ [bounding]: event.currentTarget.value })}
          />
        </label>
      ))}
    </form>
  );
}

const PERIODS: readonly Side[] = ["DAY", "WEEK", "MONTH"];

interface BodyProps {
  card: Card;
  asked: Asked;
  measures: ReadonlyMap<string, Measure>;
}

function Body({ card, asked, measures }: BodyProps) {
  if (card.rows.length === 0) return <Empty title={t("score.none")} hint={t("score.none.hint")} />;
  const periods = PERIODS.includes(asked.side);
  const rows = periods ? [...card.rows].sort((a, b) => (a.name < b.name ? -1 : 1)) : card.rows;
  return (
    <>
      {periods && rows.length > 1 && <Course card={{ ...card, rows }} />}
      <Rows card={{ ...card, rows }} asked={asked} measures={measures} />
      <p class="quiet">{t("score.sample", { n: card.smallestSample })}</p>
    </>
  );
}

/** How the heads went from period to period. The numbers stand in the table below. */
function Course({ card }: { card: Card }) {
  const courses = card.heads.map((head) => ({
    name: head.name,
    scores: card.rows.map((row) => row.heads.find((one) => one.head === head.name)?.score ?? {}),
  }));
  const [first, last] = [card.rows[0]?.name ?? "", card.rows.at(-1)?.name ?? ""];
  return (
    <section class="panel" aria-labelledby="course-title">
      <header class="panel-head">
        <h2 id="course-title">{t("score.course")}</h2>
        <p class="legend">
          {card.heads.map((head, index) => (
            <span key={head.name} class={`key course-key-${index}`}>
              {headName(head.name, head.title)}
            </span>
          ))}
        </p>
      </header>
      <CourseChart courses={courses} label={t("score.course.label", { from: first, until: last })} />
      <p class="course-ends quiet" aria-hidden="true">
        <span>{rowName("", first)}</span>
        <span>{rowName("", last)}</span>
      </p>
    </section>
  );
}

const HEADS = ["clarity", "speed", "personality"] as const;

export function headName(name: string, title: string): string {
  const known = HEADS.find((one) => one === name);
  return known ? t(`score.${known}`) : title || name;
}
