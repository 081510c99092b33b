// The surges that are on. They are not in the stream by themselves: asked again now and then, and soon after the stream
// tells that a conversation has joined one.

import { computed, signal } from "@preact/signals";
import { type Incident, listIncidents } from "../api/calls";
import { factName } from "../lib/facts";
import { brands } from "./brands";
import { onChange } from "./store";

const AGAIN_MS = 20_000;
const SOON_MS = 1_500;

export const incidents = signal<Incident[]>([]);

export async function loadIncidents(): Promise<void> {
  const asked = (brands.peek() ?? []).map((brand) => listIncidents(brand.id).catch(() => keptOf(brand.id)));
  const found = (await Promise.all(asked)).flat();
  incidents.value = found.sort((a, b) => b.posts - a.posts);
}

/** What cannot be asked is as it was. */
const keptOf = (brand: string) => incidents.peek().filter((one) => one.brand === brand);

export function startIncidents(): void {
  let asked = false;
  const again = (wait: number) => {
    if (asked) return;
    asked = true;
    setTimeout(() => {
      asked = false;
      if (!document.hidden) void loadIncidents();
    }, wait);
  };
  brands.subscribe((known) => {
    if (known) again(0);
  });
  onChange(({ facts }) => {
    if (facts.map(factName).includes("IncidentJoined")) again(SOON_MS);
  });
  setInterval(() => again(0), AGAIN_MS);
}

const byId = computed(() => new Map(incidents.value.map((one) => [`${one.brand} ${one.id}`, one])));

export function incidentOf(brand: string, id: string): Incident | undefined {
  return byId.value.get(`${brand} ${id}`);
}
