// Ready replies of the brand's settings, filled for one conversation and held against the guard.

import type { SuggestRepliesResponseJson } from "../gen/earshot/desk/v1/desk_service_pb";
import { get } from "./http";

export interface Ready {
  name: string;
  language: string;
  /** As it would be sent; empty while something is missing. */
  text: string;
  missing: string[];
  reasons: string[];
  /** The guard would not let it leave as it is. */
  stops: boolean;
  parts: number;
}

interface Asked {
  person: string;
  private: boolean;
}

export async function readyReplies(conversation: string, asked: Asked, signal?: AbortSignal): Promise<Ready[]> {
  const path = `conversations/${encodeURIComponent(conversation)}/ready-replies`;
  const json = await get<SuggestRepliesResponseJson>(path, { person: asked.person, private: asked.private }, signal);
  return (json.suggestions ?? []).map((one) => ({
    name: one.name ?? "",
    language: one.language ?? "",
    text: one.text ?? "",
    missing: one.missing ?? [],
    reasons: one.reasons ?? [],
    stops: (one.findings ?? []).some((finding) => finding.stops),
    parts: one.parts ?? 0,
  }));
}
