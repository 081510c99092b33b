// What a brand will post when its teams' shifts begin and end.

import type { PreviewShiftPostsResponseJson } from "../gen/earshot/brand/v1/brand_service_pb";
import { post } from "./http";
import { readTime } from "./read";

export interface ShiftPost {
  at: number;
  team: string;
  /** morning, evening. */
  shift: string;
  network: string;
  text: string;
  /** Why it would not go out as it is; empty when it would. */
  problem: string;
}

export async function previewShifts(brand: string, yaml: string): Promise<ShiftPost[]> {
  const path = `brands/${encodeURIComponent(brand)}/shift-posts/preview`;
  const json = await post<PreviewShiftPostsResponseJson>(path, { brand, yaml });
  return (json.posts ?? []).map((one) => ({
    at: readTime(one.at) ?? 0,
    team: one.team ?? "",
    shift: one.shift ?? "",
    network: one.network ?? "",
    text: one.text ?? "",
    problem: one.problem ?? "",
  }));
}
