// Posts that rules kept out of the care queue, and what other rules would have kept out.

import type {
  BringBackPostResponseJson,
  FilteredPostJson,
  ListFilteredPostsResponseJson,
  PreviewFiltersResponseJson,
} from "../gen/earshot/ingest/v1/ingest_service_pb";
import { get, post } from "./http";
import { readNumber, readTime } from "./read";

export const KEPT_AS = ["filtered", "competitor", "promotion"] as const;
export type KeptAs = (typeof KEPT_AS)[number];

export interface FilteredPost {
  key: string;
  rule: string;
  keptAs: string;
  network: string;
  at?: number | undefined;
  author: string;
  handle: string;
  text: string;
  broughtBack: boolean;
}

export interface FilteredQuery {
  rule: string;
  keptAs: string;
  search: string;
}

export interface Previewed {
  rule: string;
  keptAs: string;
  caught: number;
  /** Of those, how many wait in the care queue today. */
  inCare: number;
  examples: FilteredPost[];
}

function readPost(json: FilteredPostJson): FilteredPost {
  return {
    key: json.postKey ?? "",
    rule: json.rule ?? "",
    keptAs: json.keptAs ?? "",
    network: json.network ?? "",
    at: readTime(json.postedAt),
    author: json.authorName || json.authorHandle || "",
    handle: json.authorHandle ?? "",
    text: json.text ?? "",
    broughtBack: json.broughtBack ?? false,
  };
}

const path = (brand: string) => `brands/${encodeURIComponent(brand)}`;

export async function listFiltered(brand: string, query: FilteredQuery, pageToken = "", signal?: AbortSignal) {
  const params = { ...query, pageSize: 50, pageToken };
  const json = await get<ListFilteredPostsResponseJson>(`${path(brand)}/filtered`, params, signal);
  return { posts: (json.posts ?? []).map(readPost), next: json.nextPageToken ?? "" };
}

export async function bringBack(brand: string, key: string, person: string, reason: string, requestId: string) {
  const body = { brand, postKey: key, person, reason, requestId };
  const where = `${path(brand)}/filtered/${encodeURIComponent(key)}/bring-back`;
  const json = await post<BringBackPostResponseJson>(where, body);
  return { changed: json.changed ?? false, conversation: json.conversationId ?? "" };
}

/** What the filters of these settings would have caught among stored posts. */
export async function previewFilters(brand: string, yaml: string, posts: number) {
  const json = await post<PreviewFiltersResponseJson>(`${path(brand)}/filters/preview`, { brand, yaml, posts });
  const filters = (json.filters ?? []).map((one) => ({
    rule: one.rule ?? "",
    keptAs: one.keptAs ?? "",
    caught: readNumber(one.caught),
    inCare: readNumber(one.inCareToday),
    examples: (one.examples ?? []).map(readPost),
  }));
  return { tried: readNumber(json.tried), letThrough: readNumber(json.letThrough), filters };
}
