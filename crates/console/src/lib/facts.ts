// Which of a record's facts a quiet line on the wall tells of: the most telling one.

/** From the most telling to the least; what is not here is not told. */
const TOLD = [
  "ReplyInDoubt",
  "Escalated",
  "DeadlineBreached",
  "CallbackMissed",
  "Resolved",
  "Merged",
  "ReplySent",
  "ReplyObserved",
  "ReplyFailed",
  "Reopened",
  "CallbackDue",
  "DeadlineWarned",
  "IncidentJoined",
  "FlagRaised",
  "HandedOff",
  "Claimed",
  "Released",
  "Deescalated",
  "CallbackBooked",
  "DraftStopped",
  "CallbackDone",
  "ReplySubmitted",
  "Routed",
  "Placed",
  "Offered",
  "OfferLapsed",
  "FlagLowered",
  "ConversationOpened",
  "PostReceived",
] as const;

export type Told = (typeof TOLD)[number];

/** `post_received` and `postReceived` are `PostReceived`. */
export function factName(kind: string): string {
  return kind.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

export function mostTelling(kinds: readonly string[]): Told | undefined {
  const names = new Set(kinds.map(factName));
  return TOLD.find((told) => names.has(told));
}

export type Tone = "in" | "out" | "desk" | "alarm" | "done";

export function toneOf(told: Told): Tone {
  switch (told) {
    case "PostReceived":
    case "ConversationOpened":
    case "Reopened":
      return "in";
    case "ReplySent":
    case "ReplyObserved":
    case "ReplySubmitted":
      return "out";
    case "Resolved":
    case "Merged":
    case "CallbackDone":
      return "done";
    case "ReplyInDoubt":
    case "ReplyFailed":
    case "Escalated":
    case "DeadlineBreached":
    case "CallbackMissed":
      return "alarm";
    default:
      return "desk";
  }
}
