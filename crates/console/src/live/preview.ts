// A list of conversations holds no customer's words and no names: those stand in each conversation alone. What a list
// shows of them is fetched for the rows in view, a few at a time, and kept while it is true.

import { type Signal, signal } from "@preact/signals";
import { getConversation } from "../api/calls";
import type { Summary } from "../api/model";
import { type Customer, customerOf, newestWords, story } from "../lib/timeline";

export interface Preview {
  version: number;
  customer: Customer | undefined;
  text: string;
  /** Who of the brand wrote them; empty when they are the customer's. */
  by: string;
  private: boolean;
}

const AT_ONCE = 3;
const KEPT = 3_000;

const previews = new Map<string, Signal<Preview | undefined>>();
const waiting = new Map<string, number>();
let running = 0;

/** What is known of a conversation's words; empty until it is fetched. */
export function preview(id: string): Signal<Preview | undefined> {
  const found = previews.get(id) ?? signal<Preview | undefined>(undefined);
  // What is looked at moves to the end, so that what is forgotten was looked at longest ago.
  previews.delete(id);
  previews.set(id, found);
  if (previews.size > KEPT) previews.delete(previews.keys().next().value ?? "");
  return found;
}

/** Asks for the words of a conversation that is in view, if they are not known or older than it. */
export function wantPreview(summary: Pick<Summary, "id" | "version">): void {
  const known = preview(summary.id).peek();
  if (known && known.version >= summary.version) return;
  waiting.set(summary.id, summary.version);
  fetchNext();
}

function fetchNext(): void {
  while (running < AT_ONCE && waiting.size > 0) {
    // The newest wish first: it is what is in view now.
    const id = [...waiting.keys()].at(-1) ?? "";
    const version = waiting.get(id) ?? 0;
    waiting.delete(id);
    running += 1;
    fetchOne(id, version).finally(() => {
      running -= 1;
      fetchNext();
    });
  }
}

async function fetchOne(id: string, version: number): Promise<void> {
  const found = await getConversation(id).catch(() => undefined);
  if (!found) return;
  const words = newestWords(story(found.entries));
  preview(id).value = {
    version: Math.max(version, found.summary.version),
    customer: customerOf(found.entries),
    text: words?.text ?? "",
    by: words?.kind === "reply" ? words.person || "·" : "",
    private: words?.private ?? false,
  };
}
