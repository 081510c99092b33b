// The labels of the classifier in the reader's words.

import { languageName, word } from "../i18n";

const WORDS = ["intent", "sentiment", "urgency", "churn", "call", "closing"] as const;

/** Topics stand as the brand's rules name them, and so does what this console does not know. */
export function labelName(head: string, label: string): string {
  if (head === "language") return languageName(label);
  const known = WORDS.find((one) => one === head);
  return known ? word(known, label) : label;
}
