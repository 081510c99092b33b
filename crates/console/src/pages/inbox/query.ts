// What the inbox shows, kept in its address, so that a link shows a colleague the same.

import type { Query } from "../../api/calls";
import { PRIORITIES, type Priority, STATUSES, type Status } from "../../api/model";
import type { Me } from "../../live/me";

export type View = "waiting" | "mine" | "offered" | "approval" | "unassigned" | "everything";

export interface Choice {
  view: View;
  brand: string;
  team: string;
  status: Status | "";
  network: string;
  language: string;
  intent: string;
  minPriority: Priority | "";
  /** An incident; what is tied to it. */
  incident: string;
}

export const INTENTS = ["complaint", "question", "request", "praise", "noise", "other"] as const;
export const VIEWS: readonly View[] = ["waiting", "mine", "offered", "approval", "unassigned", "everything"];
const WAITING: readonly Status[] = ["NEW", "OPEN"];
const UNSETTLED: readonly Status[] = ["NEW", "OPEN", "WAITING_FOR_CUSTOMER"];

export function readChoice(params: URLSearchParams): Choice {
  const one = <T extends string>(name: string, known: readonly T[]): T | "" =>
    known.find((value) => value === params.get(name)) ?? "";
  return {
    view: one("view", VIEWS) || "waiting",
    brand: params.get("brand") ?? "",
    team: params.get("team") ?? "",
    status: one("status", STATUSES),
    network: params.get("network") ?? "",
    language: params.get("language") ?? "",
    intent: params.get("intent") ?? "",
    minPriority: one("priority", PRIORITIES),
    incident: params.get("incident") ?? "",
  };
}

export function writeChoice(choice: Choice): Record<string, string> {
  const { view, minPriority, ...rest } = choice;
  return { ...rest, view: view === "waiting" ? "" : view, priority: minPriority };
}

/** The list that a choice asks for; nothing when it is one's own list and nobody has said who he is. */
export function toQuery(choice: Choice, me: Me | undefined): Query | undefined {
  const own = choice.view === "mine" || choice.view === "offered";
  if (own && !me) return undefined;
  const query: Query = {
    brand: own ? (me?.brand ?? "") : choice.brand,
    team: choice.team,
    network: choice.network,
    language: choice.language,
    intent: choice.intent,
  };
  if (choice.minPriority) query.minPriority = choice.minPriority;
  if (choice.status) query.status = [choice.status];
  else if (choice.view === "mine" || choice.view === "approval") query.status = UNSETTLED;
  else if (choice.view !== "everything") query.status = WAITING;
  if (choice.view === "mine") query.assignee = me?.person ?? "";
  if (choice.view === "offered") query.offeredTo = me?.person ?? "";
  if (choice.view === "approval") query.waitsForApproval = true;
  if (choice.view === "unassigned") query.unassigned = true;
  if (choice.incident) query.incident = choice.incident;
  return query;
}

export function isFiltered(choice: Choice): boolean {
  return Boolean(
    choice.status || choice.network || choice.language || choice.intent || choice.minPriority || choice.incident,
  );
}
