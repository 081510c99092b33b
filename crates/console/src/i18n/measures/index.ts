// What the measures are called in the reader's language. The words come from the API in English; those of the other
// languages lie here, a piece a language, which is loaded by the pages that show measures and by nothing else.

import { signal, useSignalEffect } from "@preact/signals";
import { type Language, language } from "..";

/** The title, the definition, and what the brand's settings have a say in. */
export type Said = readonly [title: string, definition: string, settings?: string];

export interface Words {
  units: Readonly<Record<string, string>>;
  measures: Readonly<Record<string, Said>>;
}

interface Told {
  name: string;
  title?: string | undefined;
  definition?: string | undefined;
  unit?: string | undefined;
  settings?: string | undefined;
}

const PIECES: Record<Exclude<Language, "en">, () => Promise<{ words: Words }>> = {
  bn: () => import("./bn"),
  zh: () => import("./zh"),
  ko: () => import("./ko"),
  et: () => import("./et"),
};

const loaded = signal<{ language: Language; words: Words } | undefined>(undefined);

/** Loads the words of a language. Without them, what the API says in English stands. */
export async function loadMeasureWords(chosen: Language): Promise<void> {
  if (chosen === "en" || loaded.value?.language === chosen) return;
  const found = await PIECES[chosen]().catch(() => undefined);
  // A slow piece may arrive after the reader has chosen another language.
  if (found && language.value === chosen) loaded.value = { language: chosen, words: found.words };
}

/** For what shows measures: loads the words, also when another language is chosen meanwhile. */
export function useMeasureWords(): void {
  useSignalEffect(() => void loadMeasureWords(language.value));
}

function words(): Words | undefined {
  return loaded.value?.language === language.value ? loaded.value.words : undefined;
}

function own<T>(table: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return table && Object.hasOwn(table, key) ? table[key] : undefined;
}

/** The name of a measure; what it meant before is called the same, with its mark: `escalated@1`. */
export function measureTitle(name: string, title = ""): string {
  const [base = "", mark] = name.split("@");
  const said = own(words()?.measures, base)?.[0];
  if (said === undefined) return title || name;
  return mark === undefined ? said : `${said} @${mark}`;
}

/** A text with the language it is in, where that is not the reader's: those who hear it need to be told. */
export interface Text {
  text: string;
  lang: "en" | undefined;
}

function textOf(told: Told, place: 1 | 2, english: string): Text {
  const said = own(words()?.measures, told.name)?.[place];
  return said === undefined ? { text: english, lang: "en" } : { text: said, lang: undefined };
}

export function measureDefinition(told: Told): Text {
  return textOf(told, 1, told.definition ?? "");
}

export function measureSettings(told: Told): Text {
  return textOf(told, 2, told.settings ?? "");
}

export function measureUnit(unit: string): string {
  return own(words()?.units, unit) ?? unit;
}
