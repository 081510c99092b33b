// The brands with their teams and people. Presence changes seldom and is not in the stream, so it is asked again
// now and then while somebody looks.

import { computed, signal } from "@preact/signals";
import { listBrands } from "../api/calls";
import type { Brand, Person, Team } from "../api/model";
import { serverNow } from "../lib/clock";

const AGAIN_MS = 20_000;

export const brands = signal<Brand[] | undefined>(undefined);
export const brandsAt = signal(0);

export async function loadBrands(): Promise<void> {
  const found = await listBrands();
  brands.value = found.sort((a, b) => a.name.localeCompare(b.name));
  brandsAt.value = serverNow();
}

/** Takes the answer to a switch of presence at once; the next load would say the same. */
export function notePresence(brand: string, person: string, online: boolean): void {
  brands.value = brands.value?.map((one) =>
    one.id === brand
      ? { ...one, people: one.people.map((other) => (other.id === person ? { ...other, online } : other)) }
      : one,
  );
}

export function startBrands(): void {
  const again = () => {
    if (!document.hidden || !brands.value) loadBrands().catch(() => {});
  };
  again();
  setInterval(again, AGAIN_MS);
  document.addEventListener("visibilitychange", again);
}

const brandIndex = computed(() => new Map((brands.value ?? []).map((brand) => [brand.id, brand])));

export function brandOf(id: string): Brand | undefined {
  return brandIndex.value.get(id);
}

export function brandName(id: string): string {
  return brandOf(id)?.name ?? id;
}

export function teamOf(brand: string, team: string): Team | undefined {
  return brandOf(brand)?.teams.find((one) => one.id === team);
}

export function teamName(brand: string, team: string): string {
  return teamOf(brand, team)?.name ?? team;
}

export function personOf(brand: string, person: string): Person | undefined {
  return brandOf(brand)?.people.find((one) => one.id === person);
}

export function personName(brand: string, person: string): string {
  return personOf(brand, person)?.name ?? person;
}
