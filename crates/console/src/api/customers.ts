// The customer, whatever he writes about: what is known of him, and what people write down.

import type {
  CustomerResponseJson,
  GetCustomerResponseJson,
  GetTeamFaceResponseJson,
} from "../gen/earshot/customer/v1/customer_service_pb";
import { get, post } from "./http";
import { readSummaries, type Summary } from "./model";
import { readNumber, readTime } from "./read";

export interface Granted {
  at?: number | undefined;
  person: string;
  conversation: string;
  what: string;
}

export interface Promised extends Granted {
  id: string;
  dueAt?: number | undefined;
  kept: boolean;
}

export interface OtherContact {
  via: string;
  at?: number | undefined;
  summary: string;
}

export interface WholeCustomer {
  id: string;
  team: string;
  optedOut: boolean;
  tier: string;
  region: string;
  timezone: string;
  since?: number | undefined;
  linked: string[];
  preferred: string;
  /** Where he wants to be answered: empty for where he wrote. */
  answerNetwork: string;
  answerInPrivate: boolean;
  open: number;
  /** The newest first; also those of linked profiles. */
  conversations: Summary[];
  contacts: OtherContact[];
  exceptions: Granted[];
  promises: Promised[];
}

export interface TeamFace {
  name: string;
  hours: string;
  isOpen: boolean;
  nextOpening?: number | undefined;
  people: { name: string; online: boolean }[];
}

const path = (id: string) => `customers/${encodeURIComponent(id)}`;

export async function getCustomer(id: string, signal?: AbortSignal): Promise<WholeCustomer> {
  const json = await get<GetCustomerResponseJson>(path(id), {}, signal);
  const { customer = {} } = json;
  return {
    id: customer.customerId ?? id,
    team: customer.team ?? "",
    optedOut: customer.optedOut ?? false,
    tier: customer.tier ?? "",
    region: customer.region ?? "",
    timezone: customer.timezone ?? "",
    since: readTime(customer.customerSince),
    linked: customer.linkedCustomerIds ?? [],
    preferred: customer.preferredPerson ?? "",
    answerNetwork: customer.answerNetwork ?? "",
    answerInPrivate: customer.answerInPrivate ?? false,
    open: readNumber(customer.openConversations),
    conversations: readSummaries(json.conversations),
    contacts: (json.contacts ?? []).map((one) => ({
      via: one.via ?? "",
      at: readTime(one.contactedAt),
      summary: one.summary ?? "",
    })),
    exceptions: (json.exceptions ?? []).map((one) => ({
      at: readTime(one.grantedAt),
      person: one.person ?? "",
      conversation: one.conversationId ?? "",
      what: one.what ?? "",
    })),
    promises: (json.promises ?? []).map((one) => ({
      id: one.promiseId ?? "",
      at: readTime(one.madeAt),
      person: one.person ?? "",
      conversation: one.conversationId ?? "",
      what: one.what ?? "",
      dueAt: readTime(one.dueAt),
      kept: one.kept ?? false,
    })),
  };
}

/** The people who look after a customer, as he may be shown them. */
export async function getTeamFace(id: string, signal?: AbortSignal): Promise<TeamFace> {
  const json = await get<GetTeamFaceResponseJson>(`${path(id)}/team`, {}, signal);
  return {
    name: json.name || json.team || "",
    hours: json.hours ?? "",
    isOpen: json.isOpen ?? false,
    nextOpening: readTime(json.nextOpening),
    people: (json.people ?? []).map((one) => ({ name: one.name ?? "", online: one.online ?? false })),
  };
}

export type CustomerDeed =
  | { do: "profile"; tier: string; region: string; timezone: string; customerSince?: string }
  | { do: "team-choice"; optedOut: boolean }
  | { do: "answer-way"; network: string; inPrivate: boolean }
  | { do: "team"; team: string; reason: string }
  | { do: "links" | "unlink"; otherCustomerId: string; reason: string }
  | { do: "exceptions"; conversationId: string; what: string }
  | { do: "promises"; conversationId: string; what: string; dueAt?: string }
  | { do: "kept"; promiseId: string };

/** Writes one thing down about one customer; tells whether anything changed. */
export async function actOnCustomer(id: string, person: string, requestId: string, deed: CustomerDeed) {
  const { do: verb, ...fields } = deed;
  const where = deed.do === "kept" ? `promises/${encodeURIComponent(deed.promiseId)}/kept` : verb;
  const body = { write: { customerId: id, person, requestId }, ...fields };
  const json = await post<CustomerResponseJson>(`${path(id)}/${where}`, body);
  return { changed: json.changed ?? false };
}
