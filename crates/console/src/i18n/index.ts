// The console speaks five languages. English is always at hand; another table is loaded when it is chosen.

import { computed, signal } from "@preact/signals";
import { asClock, inWords, type Units } from "../lib/duration";
import { isolated } from "../lib/text";
import { keep, kept } from "../live/me";
import { en } from "./en";

export type Key = keyof typeof en;
export type Table = Record<Key, string>;
type Stem<K> = K extends `${infer S}.other` ? S : never;
export type PluralKey = Stem<Key>;

export const LANGUAGES = { en: "English", bn: "বাংলা", zh: "中文", ko: "한국어", et: "Eesti" } as const;
export type Language = keyof typeof LANGUAGES;

const TABLES: Record<Exclude<Language, "en">, () => Promise<{ table: Table }>> = {
  bn: () => import("./bn"),
  zh: () => import("./zh"),
  ko: () => import("./ko"),
  et: () => import("./et"),
};

export const language = signal<Language>("en");
const table = signal<Table>(en);

function isLanguage(tag: string): tag is Language {
  return Object.hasOwn(LANGUAGES, tag);
}

/** The first language of the list that the console speaks. */
export function bestLanguage(tags: readonly string[]): Language {
  for (const tag of tags) {
    const short = tag.toLowerCase().split("-")[0] ?? "";
    if (isLanguage(short)) return short;
  }
  return "en";
}

export async function speak(chosen: Language): Promise<void> {
  const found = chosen === "en" ? en : (await TABLES[chosen]()).table;
  table.value = found;
  language.value = chosen;
  document.documentElement.lang = chosen === "zh" ? "zh-Hans" : chosen;
}

export async function chooseLanguage(chosen: Language): Promise<void> {
  keep("language", chosen);
  await speak(chosen);
}

export async function startLanguage(): Promise<void> {
  const before = kept("language");
  await speak(isLanguage(before) ? before : bestLanguage(navigator.languages)).catch(() => {});
}

export type Values = Record<string, string | number>;

export function t(key: Key, values?: Values): string {
  const text = table.value[key];
  if (!values) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? num(value) : value;
  });
}

/** The form that fits the number. */
export function tn(key: PluralKey, n: number, values?: Values): string {
  const form = formats.value.plural.select(n) === "one" ? "one" : "other";
  return t(`${key}.${form}` as Key, { n, ...values });
}

type Prefix =
  | ("intent" | "sentiment" | "urgency" | "churn" | "call" | "closing" | "head" | "reply" | "outcome")
  | (
      | "flag"
      | "measured"
      | "score"
      | "suggest"
      | "guard"
      | "way"
      | "placed"
      | "lapsed"
      | "kept"
      | "chapter"
      | "notice"
      | "waits"
    )
  | ("news" | "way-of" | "shift" | "open" | "service" | "about" | "aside-why");

/** A value of an open set: its word when there is one, else the value itself. */
export function word(prefix: Prefix, value: string): string {
  const key = `${prefix}.${value}`;
  return Object.hasOwn(en, key) ? t(key as Key) : value;
}

/** The reader's own region where it speaks the language, for dates and numbers as they are used to. */
function localeTag(chosen: Language): string {
  return navigator.languages.find((tag) => tag.toLowerCase().split("-")[0] === chosen) ?? chosen;
}

const formats = computed(() => {
  const tag = localeTag(language.value);
  return {
    plural: new Intl.PluralRules(tag),
    whole: new Intl.NumberFormat(tag, { maximumFractionDigits: 0 }),
    two: new Intl.NumberFormat(tag, { minimumIntegerDigits: 2, maximumFractionDigits: 0 }),
    one: new Intl.NumberFormat(tag, { maximumFractionDigits: 1 }),
    compact: new Intl.NumberFormat(tag, { notation: "compact", maximumFractionDigits: 1 }),
    percent: new Intl.NumberFormat(tag, { style: "percent", maximumFractionDigits: 0 }),
    time: new Intl.DateTimeFormat(tag, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
    day: new Intl.DateTimeFormat(tag, {
      month: "short",
      day: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    }),
    full: new Intl.DateTimeFormat(tag, { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" }),
    languages: new Intl.DisplayNames(tag, { type: "language" }),
    units: {
      days: table.value["unit.days"],
      hours: table.value["unit.hours"],
      minutes: table.value["unit.minutes"],
      seconds: table.value["unit.seconds"],
    } satisfies Units,
  };
});

export function num(value: number): string {
  return formats.value.whole.format(value);
}

export function decimal(value: number): string {
  return formats.value.one.format(value);
}

export function compact(value: number): string {
  return formats.value.compact.format(value);
}

export function percent(share: number): string {
  return formats.value.percent.format(share);
}

export function duration(milliseconds: number): string {
  return inWords(milliseconds, formats.value.units, num);
}

export function ticking(milliseconds: number): string {
  const digits = (value: number, least = 1) => (least > 1 ? formats.value.two : formats.value.whole).format(value);
  return asClock(milliseconds, formats.value.units, digits);
}

const SAME_DAY_MS = 20 * 3_600_000;

/** The time of day; with the date when it is not about today. */
export function clockTime(at: number, present: number): string {
  return (Math.abs(present - at) < SAME_DAY_MS ? formats.value.time : formats.value.day).format(at);
}

export function fullTime(at: number): string {
  return formats.value.full.format(at);
}

/** A time as clocks of a zone show it; empty: here. An unknown zone is shown in our own. */
export function zonedTime(at: number, zone: string): string {
  const tag = localeTag(language.value);
  const style = { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" } as const;
  try {
    return new Intl.DateTimeFormat(tag, { ...style, ...(zone && { timeZone: zone }) }).format(at);
  } catch {
    return new Intl.DateTimeFormat(tag, style).format(at);
  }
}

export function languageName(tag: string): string {
  if (!tag || tag === "und") return tag;
  try {
    return formats.value.languages.of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** A name inside a sentence, whatever its direction. */
export function named(name: string): string {
  return isolated(name);
}
