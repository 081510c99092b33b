// Who sits here, and how they like the console. Until sign-in exists a person picks himself out of the brands'
// people; it is kept in this browser only.

import { computed, effect, signal } from "@preact/signals";
import { personOf } from "./brands";

export interface Me {
  brand: string;
  person: string;
}

export type Theme = "auto" | "light" | "dark";

export function kept(key: string): string {
  try {
    return localStorage.getItem(`earshot.${key}`) ?? "";
  } catch {
    return "";
  }
}

export function keep(key: string, value: string): void {
  try {
    if (value) localStorage.setItem(`earshot.${key}`, value);
    else localStorage.removeItem(`earshot.${key}`);
  } catch {
    // A browser that keeps nothing still works; it only forgets.
  }
}

function readMe(): Me | undefined {
  const [brand, person] = kept("me").split("/");
  return brand && person ? { brand, person } : undefined;
}

export const me = signal<Me | undefined>(readMe());
export const myself = computed(() => me.value && personOf(me.value.brand, me.value.person));

const asTheme = (text: string): Theme => (text === "light" || text === "dark" ? text : "auto");
export const theme = signal<Theme>(asTheme(kept("theme")));
/** Single letters act as commands; some speech and switch users need them off. */
export const shortcuts = signal(kept("shortcuts") !== "off");

export function startPreferences(): void {
  effect(() => keep("me", me.value ? `${me.value.brand}/${me.value.person}` : ""));
  effect(() => keep("shortcuts", shortcuts.value ? "" : "off"));
  effect(() => {
    keep("theme", theme.value === "auto" ? "" : theme.value);
    document.documentElement.dataset.theme = theme.value;
  });
}

/** Whether the person who sits here has this conversation. */
export function isMine(brand: string, assignee: string): boolean {
  return me.value !== undefined && me.value.brand === brand && me.value.person === assignee;
}
