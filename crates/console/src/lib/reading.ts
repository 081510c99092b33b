// What a post is: the answers of the classifier, head by head, with what people put right of them.

import type {
  ClassificationCorrectedJson,
  PostClassifiedJson,
  ScoredJson,
} from "../gen/earshot/conversation/v1/facts_pb";

export const HEADS = ["intent", "sentiment", "topic", "urgency", "churn", "call", "closing", "language"] as const;
export type Head = (typeof HEADS)[number];

/** The labels of a head, the one that is worth a mark first; none where the model or the brand brings its own. */
export const LABELS: Record<Exclude<Head, "topic" | "language">, readonly string[]> = {
  intent: ["complaint", "question", "request", "praise", "noise", "other"],
  sentiment: ["negative", "neutral", "positive"],
  urgency: ["urgent", "normal"],
  churn: ["leaving", "staying"],
  call: ["wanted", "none"],
  closing: ["thanks", "none"],
};

/** Languages that a person can name, beside the one that the classifier read. */
const LANGUAGES =
  "ar bg bn cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv ms nl no pl pt ro ru sk sl sr sv sw ta te th tl tr uk ur vi zh und";

/** A person's word on one head. */
export interface Corrected {
  label: string;
  /** What the classifier had said; empty when it had no such head. */
  was: string;
  person: string;
}

export interface Reading {
  classified: PostClassifiedJson;
  corrected: Partial<Record<Head, Corrected>>;
}

export interface Answer {
  head: Head;
  label: string;
  confidence: number;
  unsure: boolean;
  reasons: string[];
  corrected?: Corrected | undefined;
}

/** A new answer of the classifier. What people said of this very text stays. */
export function read(known: Reading | undefined, classified: PostClassifiedJson): Reading {
  const same = (known?.classified.textVersion ?? "0") === (classified.textVersion ?? "0");
  return { classified, corrected: known && same ? known.corrected : {} };
}

/** A person puts an answer right. One that is about another text of the post changes nothing. */
export function correct(known: Reading, fact: ClassificationCorrectedJson, person: string): Reading {
  const head = HEADS.find((one) => one === fact.head);
  if (!head || (known.classified.textVersion ?? "0") !== (fact.textVersion ?? "0")) return known;
  const was = scored(known, head)?.label ?? "";
  const { [head]: _before, ...others } = known.corrected;
  const label = fact.label ?? "";
  return { ...known, corrected: label === was ? others : { ...others, [head]: { label, was, person } } };
}

function scored(reading: Reading, head: Head): ScoredJson | undefined {
  return reading.classified[head];
}

export function answerOf(reading: Reading, head: Head): Answer | undefined {
  const said = scored(reading, head);
  const corrected = reading.corrected[head];
  const label = corrected?.label ?? said?.label ?? "";
  if (!label) return undefined;
  return {
    head,
    label,
    confidence: Number(said?.confidence ?? 0),
    unsure: !corrected && (said?.unsure ?? false),
    reasons: said?.reasons ?? [],
    corrected,
  };
}

/** What is worth a mark: every answer, but of the flags only those that are set, unsure or corrected. */
export function shownAnswers(reading: Reading): Answer[] {
  return HEADS.flatMap((head) => answerOf(reading, head) ?? []).filter(
    ({ head, label, unsure, corrected }) => !isFlag(head) || LABELS[head][0] === label || unsure || corrected,
  );
}

export function isFlag(head: Head): head is "urgency" | "churn" | "call" | "closing" {
  return head === "urgency" || head === "churn" || head === "call" || head === "closing";
}

/** What a person can say for a head. What the classifier said can always be said again. */
export function choices(head: Head, reading: Reading, topics: readonly string[]): string[] {
  const known = head === "topic" ? topics : head === "language" ? LANGUAGES.split(" ") : LABELS[head];
  const own = scored(reading, head)?.label;
  return own && !known.includes(own) ? [own, ...known] : [...known];
}
