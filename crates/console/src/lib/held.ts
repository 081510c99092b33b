// What the records tell of answers that wait: their words, and how it ended.

import type { Entry } from "../api/model";

/** Facts of answers that do not leave by themselves. */
export interface HeldFacts {
  replyProposed?: { proposalId?: string; person?: string; why?: string[]; replies?: { body?: { text?: string } }[] };
  replyApproved?: { proposalId?: string; person?: string };
  replySentBack?: { proposalId?: string; person?: string; reason?: string };
  replyResumed?: { person?: string; replies?: { replyId?: string; attempts?: number }[] };
  replyGivenUp?: { replyId?: string; person?: string; reason?: string };
  windowWarned?: { closesAt?: string };
}

/** What would be sent if somebody agreed, its parts one after the other. */
export function proposedText(entries: readonly Entry[], proposal: string): string {
  for (const entry of entries) {
    for (const fact of entry.facts) {
      const proposed = (fact as HeldFacts).replyProposed;
      if (proposed?.proposalId === proposal) {
        return (proposed.replies ?? []).map((reply) => reply.body?.text ?? "").join("\n\n");
      }
    }
  }
  return "";
}
