// What keeps an answer from leaving: it waits until somebody agrees to it, a part of it failed, or the network takes no more
// private messages.

import { readNumber, readTime } from "./read";

/** A reply that waits for somebody to agree to it. */
export interface Proposal {
  id: string;
  /** Who wrote it. */
  person: string;
  /** Codes: `person`, `crisis`, `finding:KIND`. */
  why: string[];
  private: boolean;
  at?: number | undefined;
}

/** An answer that did not go out whole. */
export interface Unfinished {
  /** The first part that is not there. */
  reply: string;
  part: number;
  parts: number;
  /** Parts that the customer has. */
  sent: number;
  reason: string;
}

/** When the network takes private messages to the customer. */
export interface MessageWindow {
  closesAt: number;
  /** Until then a person may still answer, where the network knows such a time. */
  personUntil?: number | undefined;
}

export interface Held {
  proposals: Proposal[];
  unfinished?: Unfinished | undefined;
  window?: MessageWindow | undefined;
}

interface HeldJson {
  proposals?: { proposalId?: string; person?: string; why?: string[]; private?: boolean; proposedAt?: string }[];
  unfinished?: { replyId?: string; part?: number; parts?: number; partsSent?: number; reason?: string };
  window?: { closesAt?: string; personUntil?: string };
}

export function readHeld(json: object): Held {
  const { proposals = [], unfinished, window } = json as HeldJson;
  const closesAt = readTime(window?.closesAt);
  return {
    proposals: proposals.map((one) => ({
      id: one.proposalId ?? "",
      person: one.person ?? "",
      why: one.why ?? [],
      private: one.private ?? false,
      at: readTime(one.proposedAt),
    })),
    unfinished: unfinished && {
      reply: unfinished.replyId ?? "",
      part: readNumber(unfinished.part) || 1,
      parts: readNumber(unfinished.parts) || 1,
      sent: readNumber(unfinished.partsSent),
      reason: unfinished.reason ?? "",
    },
    window: closesAt === undefined ? undefined : { closesAt, personUntil: readTime(window?.personUntil) },
  };
}

/** From when on nothing can be said in private. */
export function endOf({ closesAt, personUntil }: MessageWindow): number {
  return personUntil ?? closesAt;
}
