// Small marks: why something stands where it stands, where it came from, how loud it is.

import type { Priority, Status, Summary } from "../api/model";
import { compact, duration, num, t, word } from "../i18n";
import { now } from "../lib/clock";
import { networkName } from "../lib/text";
import { type Reason, reasons } from "../lib/urgency";
import { Icon } from "./icon";

const TONES: Record<Reason["kind"], string> = {
  late: "ember",
  due: "plain",
  waiting: "plain",
  urgent: "ember",
  high: "amber",
  escalated: "ember",
  doubt: "ember",
  failed: "ember",
  half: "ember",
  approval: "amber",
  reach: "info",
  again: "amber",
  unclaimed: "quiet",
  callDue: "amber",
  callMissed: "ember",
  flag: "amber",
};

const LOUD_FLAGS = ["churn_risk", "spread", "flare_up", "exposure"];

export function flagTone(flag: string): string {
  return LOUD_FLAGS.includes(flag) ? "ember" : flag === "opportunity" ? "good" : "amber";
}

function wording(reason: Reason, at: number): string {
  switch (reason.kind) {
    case "late":
    case "waiting":
      return t(`reason.${reason.kind}`, { time: duration(at - reason.since) });
    case "due":
      return t("reason.due", { time: duration(reason.at - at) });
    case "reach":
      return t("reason.reach", { count: compact(reason.followers) });
    case "again":
      return t("reason.again", { count: num(reason.posts) });
    case "flag":
      return word("flag", reason.flag);
    default:
      return t(`reason.${reason.kind}`);
  }
}

/** Why a conversation presses, the weightiest first. */
export function Reasons({ summary, most = 4 }: { summary: Summary; most?: number }) {
  const at = now.value;
  const found = reasons(summary, at).slice(0, most);
  if (found.length === 0) return null;
  return (
    <span class="chips">
      {found.map((reason) => (
        <span
          key={reason.kind === "flag" ? reason.flag : reason.kind}
          class={`chip chip-${reason.kind === "flag" ? flagTone(reason.flag) : TONES[reason.kind]}`}
        >
          {wording(reason, at)}
        </span>
      ))}
    </span>
  );
}

export function NetworkChip({ network, isPrivate }: { network: string; isPrivate: boolean }) {
  return (
    <span class="chip chip-outline">
      {isPrivate && <Icon name="lock" />}
      {networkName(network)}
      {isPrivate && <span class="hidden">, {t("private")}</span>}
    </span>
  );
}

export function DemoChip() {
  return (
    <span class="chip chip-demo" title={t("demo.detail")}>
      {t("demo")}
    </span>
  );
}

const STATUS_TONES: Record<Status, string> = {
  NEW: "info",
  OPEN: "amber",
  WAITING_FOR_CUSTOMER: "quiet",
  RESOLVED: "good",
  MERGED: "quiet",
};

export function StatusChip({ status }: { status: Status }) {
  return <span class={`chip chip-${STATUS_TONES[status]}`}>{t(`status.${status}`)}</span>;
}

const PRIORITY_TONES: Record<Priority, string> = { LOW: "quiet", NORMAL: "quiet", HIGH: "amber", URGENT: "ember" };

export function PriorityChip({ priority }: { priority: Priority }) {
  return <span class={`chip chip-${PRIORITY_TONES[priority]}`}>{t(`priority.${priority}`)}</span>;
}
