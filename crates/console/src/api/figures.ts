// Measures with how sure they are, the conversations behind each of them, and brands, teams, people or periods side by
// side on three heads.

import { get, type Params } from "./http";
import { readMaybe, readNumber, readTime } from "./read";

export type Form = "COUNT" | "SHARE" | "MEAN" | "PERCENTILE" | "MAXIMUM";
export const SIDES = ["BRAND", "TEAM", "PERSON", "CHANNEL", "LANGUAGE", "DAY", "WEEK", "MONTH"] as const;
export type Side = (typeof SIDES)[number];
export type Part = "COUNTED" | "NOT_COUNTED";

/** What every measure means. */
export interface Measure {
  name: string;
  title: string;
  definition: string;
  unit: string;
  clock: string;
  leftOut: string;
  form: Form;
  since: number;
  settings: string;
  chapter: string;
  former: { name: string; since: number; definition: string }[];
}

export interface Figure {
  measure: string;
  /** Absent when nothing counts towards it. */
  value?: number | undefined;
  sample: number;
  low?: number | undefined;
  high?: number | undefined;
}

/** Points from 0 to 100, with the interval; absent where too little is known. */
export interface Score {
  points?: number | undefined;
  low?: number | undefined;
  high?: number | undefined;
}

export interface Component {
  measure: string;
  title: string;
  weight: number;
  worst: number;
  best: number;
}

export interface Head {
  name: string;
  title: string;
  weight: number;
  components: Component[];
}

export interface HeadScore {
  head: string;
  score: Score;
  components: { figure: Figure; points?: number | undefined }[];
}

export interface ScorecardRow {
  name: string;
  conversations: number;
  score: Score;
  heads: HeadScore[];
}

export interface Scorecard {
  heads: Head[];
  rows: ScorecardRow[];
  smallestSample: number;
}

export interface Behind {
  conversation: string;
  brand: string;
  value: number;
  team: string;
  channel: string;
  language: string;
  person: string;
  firstPostAt?: number | undefined;
  post: string;
  incident: string;
}

type Json = Record<string, unknown>;
const list = (value: unknown) => (Array.isArray(value) ? (value as Json[]) : []);
const object = (value: unknown) => (typeof value === "object" && value !== null ? (value as Json) : {});
const text = (value: unknown) => (typeof value === "string" ? value : "");
const number = (value: unknown) => readNumber(value as string | number | undefined);
const maybe = (value: unknown) => readMaybe(value as string | number | undefined);

const FORMS: readonly Form[] = ["COUNT", "SHARE", "MEAN", "PERCENTILE", "MAXIMUM"];

export function readMeasure(json: Json): Measure {
  return {
    name: text(json.name),
    title: text(json.title) || text(json.name),
    definition: text(json.definition),
    unit: text(json.unit),
    clock: text(json.clock),
    leftOut: text(json.leftOut),
    form: FORMS.find((form) => json.form === `MEASURE_FORM_${form}`) ?? "COUNT",
    since: number(json.since),
    settings: text(json.settings),
    chapter: text(json.chapter),
    former: list(json.former).map((one) => ({
      name: text(one.name),
      since: number(one.since),
      definition: text(one.definition),
    })),
  };
}

function readFigure(json: Json): Figure {
  return {
    measure: text(json.measure),
    value: maybe(json.value),
    sample: number(json.sample),
    low: maybe(json.low),
    high: maybe(json.high),
  };
}

const readScore = (json: Json): Score => ({ points: maybe(json.points), low: maybe(json.low), high: maybe(json.high) });

export async function listMeasures(signal?: AbortSignal): Promise<Measure[]> {
  return list((await get<Json>("measures/catalogue", {}, signal)).measures).map(readMeasure);
}

/** All measures that are in force, a row a brand. */
export async function figuresByBrand(signal?: AbortSignal): Promise<{ brand: string; figures: Map<string, Figure> }[]> {
  const json = await get<Json>("figures", { groupBy: ["BRAND"] }, signal);
  return list(json.rows).map((row) => ({
    brand: text(row.brand),
    figures: new Map(list(row.figures).map((one) => [text(one.measure), readFigure(one)])),
  }));
}

export async function listBehind(measure: string, part: Part, filter: Params, pageToken = "", signal?: AbortSignal) {
  const params = { ...filter, part, pageSize: 50, pageToken };
  const json = await get<Json>(`figures/${encodeURIComponent(measure)}/behind`, params, signal);
  const behind = list(json.behind).map(
    (one): Behind => ({
      conversation: text(one.conversationId),
      brand: text(one.brand),
      value: number(one.value),
      team: text(one.team),
      channel: text(one.channel),
      language: text(one.language),
      person: text(one.person),
      firstPostAt: readTime(text(one.firstPostAt)),
      post: text(one.postKey),
      incident: text(one.incidentId),
    }),
  );
  return { behind, next: text(json.nextPageToken) };
}

export async function getScorecard(side: Side, filter: Params, signal?: AbortSignal): Promise<Scorecard> {
  const json = await get<Json>("scorecard", { sideBySide: side, ...filter }, signal);
  return {
    heads: list(json.heads).map((head) => ({
      name: text(head.name),
      title: text(head.title),
      weight: number(head.weight),
      components: list(head.components).map((one) => ({
        measure: text(one.measure),
        title: text(one.title) || text(one.measure),
        weight: number(one.weight),
        worst: number(one.worst),
        best: number(one.best),
      })),
    })),
    rows: list(json.rows).map((row) => ({
      name: text(row.name),
      conversations: number(row.conversations),
      score: readScore(object(row.score)),
      heads: list(row.heads).map((head) => ({
        head: text(head.head),
        score: readScore(object(head.score)),
        components: list(head.components).map((one) => ({
          figure: readFigure(object(one.figure)),
          points: maybe(one.points),
        })),
      })),
    })),
    smallestSample: number(json.smallestSample),
  };
}
