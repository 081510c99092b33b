// What services could not work on, and another try.

import type {
  GetSetAsideResponseJson,
  ListSetAsideResponseJson,
  RetryAllSetAsideResponseJson,
  RetrySetAsideResponseJson,
  SetAsideItemJson,
} from "../gen/earshot/setaside/v1/set_aside_service_pb";
import { get, post } from "./http";
import { readNumber, readTime } from "./read";

export interface Aside {
  id: string;
  service: string;
  /** As the wire has it: what never came into the log has a number beyond what a float holds. */
  sequence: string;
  kind: string;
  brand: string;
  conversation: string;
  reason: string;
  tries: number;
  at?: number | undefined;
  retrying: boolean;
  canRetry: boolean;
}

export interface AsideCount {
  service: string;
  items: number;
  retrying: number;
  canRetry: boolean;
}

/** What is known of the message itself: nothing that a customer wrote. */
export interface AsideDetails {
  subject: string;
  storedAt?: number | undefined;
  bytes: number;
  facts: readonly string[];
  readable: boolean;
  record: string;
  trace: string;
}

function readAside(json: SetAsideItemJson): Aside {
  return {
    id: json.itemId ?? "",
    service: json.service ?? "",
    sequence: json.sequence ?? "0",
    kind: json.kind ?? "",
    brand: json.brand ?? "",
    conversation: json.conversationId ?? "",
    reason: json.reason ?? "",
    tries: readNumber(json.tries),
    at: readTime(json.setAsideAt),
    retrying: json.retrying ?? false,
    canRetry: json.canRetry ?? false,
  };
}

/** The oldest first, at most `most`, and how many each service has. */
export async function listSetAside(service: string, most: number, signal?: AbortSignal) {
  const json = await get<ListSetAsideResponseJson>("set-aside", { service, pageSize: most }, signal);
  const services: AsideCount[] = (json.services ?? []).map((one) => ({
    service: one.service ?? "",
    items: readNumber(one.items),
    retrying: readNumber(one.retrying),
    canRetry: one.canRetry ?? false,
  }));
  return { items: (json.items ?? []).map(readAside), services, more: Boolean(json.nextPageToken) };
}

export async function getSetAside(id: string, signal?: AbortSignal): Promise<AsideDetails> {
  const json = await get<GetSetAsideResponseJson>(`set-aside/${encodeURIComponent(id)}`, {}, signal);
  return {
    subject: json.subject ?? "",
    storedAt: readTime(json.storedAt),
    bytes: readNumber(json.sizeBytes),
    facts: json.facts ?? [],
    readable: json.readable ?? false,
    record: json.recordId ?? "",
    trace: json.traceId ?? "",
  };
}

export async function retry(id: string, person: string) {
  const path = `set-aside/${encodeURIComponent(id)}/retry`;
  const json = await post<RetrySetAsideResponseJson>(path, { person });
  return { changed: json.changed ?? false };
}

export async function retryAll(service: string, person: string) {
  const json = await post<RetryAllSetAsideResponseJson>("set-aside/retry-all", { service, person });
  return { changed: readNumber(json.retried) > 0 };
}
