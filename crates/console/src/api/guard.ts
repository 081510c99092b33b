// What the reply guard says of a draft, asked while it is typed.

import type { CheckDraftResponseJson } from "../gen/earshot/desk/v1/desk_service_pb";
import { post } from "./http";
import { readNumber } from "./read";

/** Something that a person should know before a draft leaves. Its place counts UTF-16 units, as the text box does. */
export interface Finding {
  kind: string;
  /** It cannot be sent as it is. */
  stops: boolean;
  start: number;
  end: number;
  reason: string;
  wayOut: string;
  correction: string;
}

export interface Checked {
  findings: Finding[];
  /** The parts in which it would leave; one where it fits. */
  parts: string[];
  /** Why it cannot leave at all, however it is cut. */
  tooLong: string;
  /** Why it would wait for somebody to agree to it; empty when it leaves at once. */
  waitsFor: string[];
  /** What would be said in public beside a private answer. */
  publicNote: string;
}

/** Said in public that the answer stands in private: with these words, or the brand's own when they are empty. */
export interface Beside {
  moveToPrivate: true;
  publicNote: string;
}

/** Turns places in UTF-8 bytes, which rise, into places in UTF-16 units. */
export function toUnits(text: string): (byte: number) => number {
  const starts: number[] = [];
  let unit = 0;
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0;
    const bytes = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (let n = 0; n < bytes; n++) starts.push(unit);
    unit += letter.length;
  }
  return (byte) => starts[byte] ?? text.length;
}

export async function checkDraft(
  conversation: string,
  draft: { person: string; text: string; private: boolean },
  beside: Beside | undefined,
): Promise<Checked> {
  const body = { conversationId: conversation, ...draft, ...beside };
  const json = await post<CheckDraftResponseJson & { waitsFor?: string[]; publicNote?: string }>(
    `conversations/${encodeURIComponent(conversation)}/draft`,
    body,
  );
  const place = toUnits(draft.text);
  // What is found in the public word has no place in the box.
  const inNote = (one: object) => (one as { inPublicNote?: boolean }).inPublicNote === true;
  const findings = (json.findings ?? []).map((one) => ({
    kind: one.kind ?? "",
    stops: one.stops ?? false,
    start: inNote(one) ? 0 : place(readNumber(one.start)),
    end: inNote(one) ? 0 : place(readNumber(one.end)),
    reason: one.reason ?? "",
    wayOut: one.wayOut ?? "",
    correction: one.correction ?? "",
  }));
  // What stops comes first, then in the order of the text.
  findings.sort((a, b) => Number(b.stops) - Number(a.stops) || a.start - b.start);
  const { parts = [], tooLong = "", waitsFor = [], publicNote = "" } = json;
  return { findings, parts, tooLong, waitsFor, publicNote };
}
