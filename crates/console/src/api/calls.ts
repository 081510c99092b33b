// Every call the console makes, in one place: this is all that it asks of the gateway.

import type {
  ListIntakeResponseJson,
  ListMeasuresResponseJson,
  MeasureJson,
  QueryResponseJson,
} from "../gen/earshot/analytics/v1/analytics_service_pb";
import type {
  CheckSettingsResponseJson,
  ListBrandsResponseJson,
  ListIncidentsResponseJson,
  ProblemJson,
  PublishSettingsResponseJson,
} from "../gen/earshot/brand/v1/brand_service_pb";
import type {
  ExplainConversationResponseJson,
  ExplanationJson,
  GetConversationResponseJson,
  ListConversationsResponseJson,
} from "../gen/earshot/conversation/v1/conversation_service_pb";
import type { DeskResponseJson, SubmitReplyResponseJson } from "../gen/earshot/desk/v1/desk_service_pb";
import type { ListOutboxResponseJson } from "../gen/earshot/notifier/v1/notification_service_pb";
import type { Head } from "../lib/reading";
import { get, newRequestId, type Params, post } from "./http";
import {
  type Brand,
  type Entry,
  type Intake,
  type Measures,
  type Outcome,
  type Outgoing,
  type Priority,
  readBrand,
  readEntries,
  readIntake,
  readMeasures,
  readNumber,
  readOutgoing,
  readSummaries,
  readSummary,
  readTime,
  type Status,
  type Summary,
} from "./model";

/** What narrows a list of conversations; what is empty does not. */
export interface Query {
  brand?: string;
  team?: string;
  assignee?: string;
  status?: readonly Status[];
  network?: string;
  language?: string;
  intent?: string;
  minPriority?: Priority;
  unassigned?: boolean;
  offeredTo?: string;
  /** Those in which a reply waits for somebody to agree to it. */
  waitsForApproval?: boolean;
  incident?: string;
}

export interface Page {
  conversations: Summary[];
  next: string;
  total: number;
  asOf: number;
}

export interface Conversation {
  summary: Summary;
  entries: Entry[];
}

export async function listConversations(
  query: Query,
  pageSize: number,
  pageToken = "",
  signal?: AbortSignal,
): Promise<Page> {
  const { incident = "", ...fields } = query;
  const params: Params = { ...fields, incidentId: incident, pageSize, pageToken };
  const json = await get<ListConversationsResponseJson>("conversations", params, signal);
  return {
    conversations: readSummaries(json.conversations),
    next: json.nextPageToken ?? "",
    total: json.totalSize ?? 0,
    asOf: readNumber(json.asOfSequence),
  };
}

/** A conversation as it is, or as it was at an instant (RFC 3339, to the nanosecond). */
export async function getConversation(id: string, at = "", signal?: AbortSignal): Promise<Conversation | undefined> {
  const json = await get<GetConversationResponseJson>(`conversations/${encodeURIComponent(id)}`, { at }, signal);
  const summary = readSummary(json.conversation);
  return summary && { summary, entries: readEntries(json.timeline) };
}

export async function explain(id: string, signal?: AbortSignal): Promise<ExplanationJson[]> {
  const path = `conversations/${encodeURIComponent(id)}/explanation`;
  const json = await get<ExplainConversationResponseJson>(path, {}, signal);
  return json.explanations ?? [];
}

/** Who writes, and the id of the intention: the same id again changes nothing. */
export interface Write {
  person: string;
  requestId: string;
  /** When set, the write is refused unless the conversation is still at this version. */
  expectedVersion?: number;
}

export type Deed =
  | { do: "claim" }
  | { do: "release"; reason: string }
  | { do: "hand-off"; toTeam: string; toPerson: string; reason: string }
  | { do: "escalate"; toTeam: string; reason: string }
  | { do: "notes"; text: string }
  | {
      do: "replies";
      text: string;
      private: boolean;
      inReplyTo: string;
      overrideReason?: string;
      moveToPrivate?: true;
      publicNote?: string;
    }
  | { do: "deescalate"; reason: string }
  | { do: "callbacks"; dueAt: string; timezone: string; caller: string }
  | { do: "called"; callbackId: string }
  | { do: "settle"; replyId: string; arrived: boolean; sendAgain?: boolean }
  | { do: "resume"; replyId: string }
  | { do: "give-up"; replyId: string; reason: string }
  | { do: "approve"; proposalId: string }
  | { do: "send-back"; proposalId: string; reason: string }
  | { do: "resolve"; outcome: Outcome }
  | { do: "reopen"; reason: string }
  | { do: "merge"; intoConversationId: string; reason: string }
  | { do: "classification"; postKey: string; head: Head; label: string };

export interface Done {
  summary: Summary | undefined;
  changed: boolean;
  replyId: string;
}

function placeOf(deed: Deed, verb: string): string {
  if ("replyId" in deed) return `replies/${encodeURIComponent(deed.replyId)}/${verb}`;
  if ("proposalId" in deed) return `proposals/${encodeURIComponent(deed.proposalId)}/${verb}`;
  return deed.do === "called" ? `callbacks/${encodeURIComponent(deed.callbackId)}/done` : verb;
}

/** Does one thing to one conversation. */
export async function act(id: string, write: Write, deed: Deed): Promise<Done> {
  const { do: verb, ...fields } = deed;
  const conversation = `conversations/${encodeURIComponent(id)}`;
  const path = `${conversation}/${placeOf(deed, verb)}`;
  const expectedVersion = write.expectedVersion === undefined ? {} : { expectedVersion: String(write.expectedVersion) };
  const body = {
    write: { conversationId: id, person: write.person, requestId: write.requestId, ...expectedVersion },
    ...fields,
    ...(deed.do === "resolve" ? { outcome: `OUTCOME_${deed.outcome}` } : {}),
  };
  const json = await post<DeskResponseJson & SubmitReplyResponseJson>(path, body);
  return { summary: readSummary(json.conversation), changed: json.changed ?? false, replyId: json.replyId ?? "" };
}

export async function measures(groupBy: readonly string[], brand = "", signal?: AbortSignal): Promise<Measures[]> {
  const json = await get<QueryResponseJson>("measures", { groupBy, brand }, signal);
  return (json.rows ?? []).map(readMeasures);
}

export async function catalogue(signal?: AbortSignal): Promise<MeasureJson[]> {
  return (await get<ListMeasuresResponseJson>("measures/catalogue", {}, signal)).measures ?? [];
}

export async function intake(signal?: AbortSignal): Promise<Intake[]> {
  return ((await get<ListIntakeResponseJson>("intake", {}, signal)).rows ?? []).map(readIntake);
}

export async function outbox(signal?: AbortSignal): Promise<Outgoing[]> {
  return ((await get<ListOutboxResponseJson>("outbox", {}, signal)).entries ?? []).map(readOutgoing);
}

export async function listBrands(signal?: AbortSignal): Promise<Brand[]> {
  const json = await get<ListBrandsResponseJson>("brands", {}, signal);
  return (json.brands ?? []).flatMap((brand) => readBrand(brand) ?? []);
}

/** A brand with its settings as they are, or as they were at an instant (RFC 3339). */
export async function getBrand(id: string, signal?: AbortSignal, at = ""): Promise<Brand | undefined> {
  const path = `brands/${encodeURIComponent(id)}`;
  const json = await get<{ brand?: Parameters<typeof readBrand>[0] }>(path, { at }, signal);
  return readBrand(json.brand);
}

export async function checkSettings(yaml: string, file: string): Promise<{ problems: ProblemJson[]; version: string }> {
  const json = await post<CheckSettingsResponseJson>("brands/check", { yaml, file });
  return { problems: json.problems ?? [], version: json.settingsVersion ?? "" };
}

export async function publishSettings(yaml: string, file: string, requestId: string) {
  const json = await post<PublishSettingsResponseJson>("brands", { yaml, file, requestId });
  return { brand: json.brand ?? "", version: json.settingsVersion ?? "", changed: json.changed ?? false };
}

export interface Incident {
  id: string;
  brand: string;
  region: string;
  topic: string;
  firstPostAt?: number | undefined;
  detectedAt?: number | undefined;
  posts: number;
  conversations: number;
  team: string;
}

/** The surges that are on. */
export async function listIncidents(brand: string, signal?: AbortSignal): Promise<Incident[]> {
  const json = await get<ListIncidentsResponseJson>(`brands/${encodeURIComponent(brand)}/incidents`, {}, signal);
  return (json.incidents ?? []).map((one) => ({
    id: one.incidentId ?? "",
    brand,
    region: one.region ?? "",
    topic: one.topic ?? "",
    firstPostAt: readTime(one.firstPostAt),
    detectedAt: readTime(one.detectedAt),
    posts: readNumber(one.posts),
    conversations: readNumber(one.conversations),
    team: one.team ?? "",
  }));
}

export async function setPresence(brand: string, person: string, online: boolean): Promise<void> {
  await post(`brands/${encodeURIComponent(brand)}/presence`, { brand, person, online, requestId: newRequestId() });
}
