// A guard of a few plain rules, enough to show each kind of finding and each way out.

const PATTERNS = [
  {
    kind: "personal_data_in_public",
    stops: true,
    find: /\+?\d[\d ]{7,}\d|[\w.]+@[\w.]+\.\w+|\b[A-Z0-9]{6}\b(?<=\d\w*|\w*\d)/u,
    reason: "this shows personal data where everybody reads the answer",
    wayOut: "leave it out, or answer in a private message",
  },
  {
    kind: "asks_personal_data_in_public",
    stops: true,
    find: /\b(?:send|give|tell) (?:us|me) your (?:booking|phone|number|e-?mail|address|account)\w*/iu,
    reason: "this asks for personal data where everybody reads the answer",
    wayOut: "ask for it in a private message",
  },
  {
    kind: "arguing",
    find: /\b(?:as I said|you should have|that is not our fault)\b/iu,
    reason: "this argues with the customer",
    wayOut: "say what happens now instead of who was right",
  },
  {
    kind: "spelling",
    find: /\brecieve\w*/iu,
    reason: "this is a frequent slip of spelling",
    wayOut: "correct the word, or leave it if it is a name",
    correction: "receive",
  },
  {
    kind: "tone",
    find: /!{2,}|\b[A-Z]{4,} [A-Z]{3,}\b/u,
    reason: "this shouts: words in capitals, or several exclamation marks",
    wayOut: "write it calmly",
  },
];

const LIMITS = { x: 280, mastodon: 500, bluesky: 300 };
const MOST_PARTS = 6;
const bytes = (text) => new TextEncoder().encode(text).length;

const MOVED = "We have sent you a private message.";

export function checkDraft(state, { text = "", private: secret = false, moveToPrivate = false, publicNote = "" }) {
  const findings = PATTERNS.flatMap(({ find, ...rest }) => {
    if (secret && rest.stops) return [];
    const found = find.exec(text);
    if (!found) return [];
    const start = bytes(text.slice(0, found.index));
    return [{ ...rest, start, end: start + bytes(found[0]) }];
  });
  if (state?.intent === "complaint" && !/sorry|apolog/iu.test(text)) {
    findings.push({
      kind: "no_apology",
      start: 0,
      end: 0,
      reason: "the customer complains, and this says no word of regret",
      wayOut: "say that you are sorry, and for what",
    });
  }
  if (!/\^\S+\s*$/u.test(text)) {
    const end = bytes(text.trimEnd());
    findings.push({
      kind: "unsigned",
      start: end,
      end,
      reason: "the brand's replies end with the name of the person who wrote them",
      wayOut: "add your signature at the end",
    });
  }
  const parts = split(text, secret ? 10_000 : (LIMITS[state?.network] ?? 2_000));
  const tooLong = parts.length > MOST_PARTS ? `it takes more than ${MOST_PARTS} parts` : "";
  const note = moveToPrivate ? publicNote || MOVED : "";
  const waitsFor = text.includes("#ask") ? ["person"] : [];
  return {
    findings,
    parts: tooLong ? [] : parts,
    ...(tooLong && { tooLong }),
    ...(note && { publicNote: note }),
    ...(waitsFor.length && { waitsFor }),
  };
}

/** At the ends of words; numbered when there are several. */
function split(text, limit) {
  if ([...text].length <= limit) return [text];
  const parts = [""];
  for (const word of text.split(/(?<=\s)/u)) {
    if ([...parts.at(-1), ...word].length > limit - 6) parts.push("");
    parts[parts.length - 1] += word;
  }
  return parts.map((part, index) => `${part.trim()} ${index + 1}/${parts.length}`);
}
