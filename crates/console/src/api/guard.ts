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
): Promise<Checked> {
  const body = { conversationId: conversation, ...draft };
  const json = await post<CheckDraftResponseJson>(`conversations/${encodeURIComponent(conversation)}/draft`, body);
  const place = toUnits(draft.text);
  const findings = (json.findings ?? []).map((one) => ({
    kind: one.kind ?? "",
    stops: one.stops ?? false,
    start: place(readNumber(one.start)),
    end: place(readNumber(one.end)),
    reason: one.reason ?? "",
    wayOut: one.wayOut ?? "",
    correction: one.correction ?? "",
  }));
  // What stops comes first, then in the order of the text.
  findings.sort((a, b) => Number(b.stops) - Number(a.stops) || a.start - b.start);
  return { findings, parts: json.parts ?? [], tooLong: json.tooLong ?? "" };
}
