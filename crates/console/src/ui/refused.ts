// Why something was refused, in the reader's words.

import { Refusal, Unreachable } from "../api/http";
import { type Key, t } from "../i18n";
import { en } from "../i18n/en";

/** The version that a write expected is not the present one. */
const CONFLICT = 409;

/** What it means when the service does not take what stands in a field. */
const FIELDS: Record<string, Key> = {
  "write.person": "no.UNKNOWN_PERSON",
  toPerson: "no.UNKNOWN_PERSON",
  toTeam: "no.UNKNOWN_TEAM",
  label: "no.UNKNOWN_LABEL",
  postKey: "no.UNKNOWN_POST",
  reason: "no.REASON_MISSING",
  text: "no.TEXT_MISSING",
  timezone: "no.timezone",
};

export function plainWords(error: unknown): string {
  if (error instanceof Unreachable) return t("no.unreachable");
  if (!(error instanceof Refusal)) return t("no.other", { detail: String(error) });
  const key = `no.${error.reason}`;
  if (Object.hasOwn(en, key)) return t(key as Key);
  const about = FIELDS[error.field];
  if (error.reason === "INVALID_ARGUMENT" && about) return t(about);
  if (error.status === CONFLICT && /^$|VERSION|ABORTED|CONFLICT/.test(error.reason)) return t("no.version");
  return t("no.other", { detail: error.detail || error.reason || String(error.status) });
}
