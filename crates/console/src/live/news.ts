// The news of whoever sits here: what the last 24 hours brought, and what the stream brings. A sequence is told once.

import { computed, effect, signal } from "@preact/signals";
import { listNews, type News, readNews } from "../api/news";
import type { ShownNewsJson } from "../gen/earshot/notifier/v1/notification_service_pb";
import { keep, kept, me } from "./me";

const KEPT = 200;

export const news = signal<readonly News[]>([]);
const seen = signal(Number(kept("news")) || 0);

export const unseen = computed(() => news.value.filter((one) => one.sequence > seen.value).length);

/** Newest first, each once. */
export function together(known: readonly News[], told: readonly News[]): News[] {
  const all = new Map([...known, ...told].map((one) => [`${one.sequence} ${one.kind} ${one.conversation}`, one]));
  return [...all.values()].sort((a, b) => b.sequence - a.sequence || b.at - a.at).slice(0, KEPT);
}

export function learnNews(json: ShownNewsJson): void {
  const told = readNews(json);
  const mine = me.peek();
  if (mine?.brand === told.brand && mine.person === told.person) news.value = together(news.peek(), [told]);
}

/** All that stands there now was looked at. */
export function lookedAt(): void {
  const newest = news.peek()[0]?.sequence ?? 0;
  if (newest <= seen.peek()) return;
  seen.value = newest;
  keep("news", String(newest));
}

/** Loads the news of whoever sits here, anew when that is somebody else. */
export function startNews(): void {
  effect(() => {
    const mine = me.value;
    news.value = [];
    if (!mine) return;
    listNews(mine.brand, mine.person).then(
      (told) => {
        if (me.peek() === mine) news.value = together(news.peek(), told);
      },
      () => {},
    );
  });
}
