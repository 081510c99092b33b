// What happens to a person's work, and how each wants to be told of it; and words of the brand that are not sent yet.

import type {
  GetNewsChoiceResponseJson,
  ListNewsResponseJson,
  ListNoticesResponseJson,
  ShownNewsJson,
} from "../gen/earshot/notifier/v1/notification_service_pb";
import { get, newRequestId, post } from "./http";
import { readNumber, readTime } from "./read";

export const NEWS = [
  "ASSIGNED",
  "REPLY_TO_ME",
  "DEADLINE_WARNING",
  "DEADLINE_BREACH",
  "ESCALATED",
  "CALLBACK_DUE",
  "CALLBACK_MISSED",
  "SURGE",
  "REPLY_FAILED",
  "APPROVAL_ASKED",
  "REPLY_SENT_BACK",
] as const;
export type NewsKind = (typeof NEWS)[number];

export interface News {
  sequence: number;
  brand: string;
  person: string;
  kind: string;
  /** Empty for what concerns the whole brand. */
  conversation: string;
  at: number;
}

export function readNews(json: ShownNewsJson): News {
  return {
    sequence: readNumber(json.sequence),
    brand: json.brand ?? "",
    person: json.person ?? "",
    kind: (json.news ?? "").replace("NEWS_", ""),
    conversation: json.conversationId ?? "",
    at: readTime(json.at) ?? 0,
  };
}

const personPath = (brand: string, person: string) =>
  `brands/${encodeURIComponent(brand)}/people/${encodeURIComponent(person)}`;

export async function listNews(brand: string, person: string): Promise<News[]> {
  const json = await get<ListNewsResponseJson>(`${personPath(brand, person)}/news`);
  return (json.news ?? []).map(readNews);
}

/** One way of being told: which news go by it, and how long they are gathered. */
export interface Way {
  way: string;
  news: NewsKind[];
  digestMinutes: number;
}

export interface Choice {
  email: string;
  timezone: string;
  /** Minutes of the day; nothing when it is never quiet. */
  quiet?: { from: number; until: number } | undefined;
  ways: Way[];
}

export interface Chosen {
  choice: Choice;
  byDefault: boolean;
  /** The ways that there are. */
  ways: string[];
}

export async function getChoice(brand: string, person: string, signal?: AbortSignal): Promise<Chosen> {
  const json = await get<GetNewsChoiceResponseJson>(`${personPath(brand, person)}/news-choice`, {}, signal);
  const { email = "", timezone = "", quiet, ways = [] } = json.choice ?? {};
  const kind = (text: string) => NEWS.find((one) => text === `NEWS_${one}`) ?? [];
  return {
    choice: {
      email,
      timezone,
      quiet: quiet ? { from: quiet.fromMinute ?? 0, until: quiet.untilMinute ?? 0 } : undefined,
      ways: ways.map((one) => ({
        way: one.way ?? "",
        news: (one.news ?? []).flatMap((text) => kind(text)),
        digestMinutes: one.digestMinutes ?? 0,
      })),
    },
    byDefault: json.isDefault ?? false,
    ways: json.ways ?? [],
  };
}

export async function setChoice(brand: string, person: string, choice: Choice): Promise<boolean> {
  const { email, timezone, quiet, ways } = choice;
  const body = {
    requestId: newRequestId(),
    choice: {
      person,
      email,
      timezone,
      ...(quiet ? { quiet: { fromMinute: quiet.from, untilMinute: quiet.until } } : {}),
      ways: ways
        .filter((one) => one.news.length > 0)
        .map((one) => ({
          way: one.way,
          news: one.news.map((kind) => `NEWS_${kind}`),
          digestMinutes: one.digestMinutes,
        })),
    },
  };
  const json = await post<{ changed?: boolean }>(`${personPath(brand, person)}/news-choice`, body);
  return json.changed ?? false;
}

/** A word of the brand that belongs to no conversation and is not sent yet. */
export interface OpenNotice {
  brand: string;
  id: string;
  kind: string;
  team: string;
  shift: string;
  network: string;
  status: string;
  attempts: number;
  reason: string;
  since?: number | undefined;
  person: string;
  way: string;
}

export async function listNotices(signal?: AbortSignal): Promise<OpenNotice[]> {
  const json = await get<ListNoticesResponseJson>("notices", {}, signal);
  return (json.notices ?? []).map((one) => ({
    brand: one.brand ?? "",
    id: one.noticeId ?? "",
    kind: one.kind ?? "",
    team: one.team ?? "",
    shift: one.shift ?? "",
    network: one.network ?? "",
    status: one.status ?? "",
    attempts: one.attempts ?? 0,
    reason: one.reason ?? "",
    since: readTime(one.since),
    person: one.person ?? "",
    way: one.way ?? "",
  }));
}

export async function settleNotice(notice: OpenNotice, person: string, arrived: boolean, requestId: string) {
  const path = `brands/${encodeURIComponent(notice.brand)}/notices/${encodeURIComponent(notice.id)}/settle`;
  const json = await post<{ changed?: boolean }>(path, { person, arrived, requestId });
  return { changed: json.changed ?? false };
}
