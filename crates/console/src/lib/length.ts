// How long a reply is, as its network counts. Only a hint beside the box: the notifier has the last word.

export interface Length {
  used: number;
  /** Nothing when the network's limit is not known. */
  limit?: number;
}

const URL_IN_TEXT = /\bhttps?:\/\/\S+/gu;
const EMOJI = /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}|\p{Regional_Indicator})/u;
const KEYCAP = /\u20e3$/u;
const URL_WEIGHT = 23;

function graphemes(text: string): string[] {
  return Array.from(new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text), (one) => one.segment);
}

function isEmoji(grapheme: string): boolean {
  return EMOJI.test(grapheme) || KEYCAP.test(grapheme);
}

/** X: Latin and its neighbours count 1, emoji sequences and all else 2, each address 23; 280 in all. */
export function weighted(text: string): number {
  const normal = text.normalize("NFC");
  const addresses = normal.match(URL_IN_TEXT)?.length ?? 0;
  let weight = addresses * URL_WEIGHT;
  for (const grapheme of graphemes(normal.replace(URL_IN_TEXT, ""))) {
    if (isEmoji(grapheme)) weight += 2;
    else for (const letter of grapheme) weight += light(letter.codePointAt(0) ?? 0) ? 1 : 2;
  }
  return weight;
}

function light(code: number): boolean {
  return (
    code <= 0x10ff ||
    (code >= 0x2000 && code <= 0x200d) ||
    (code >= 0x2010 && code <= 0x201f) ||
    (code >= 0x2032 && code <= 0x2037)
  );
}

/** Mastodon: letters as people see them, each address 23, `@user@host` as `@user`. */
export function mastodon(text: string): number {
  const short = text.replace(/(@[\p{L}\p{N}_]+)@[\w.-]+\w/gu, "$1").replace(URL_IN_TEXT, "x".repeat(URL_WEIGHT));
  return graphemes(short).length;
}

/** Counts a text for a network and says how much it takes. */
export function lengthOn(network: string, isPrivate: boolean, text: string): Length {
  switch (network) {
    case "x":
      return isPrivate ? { used: [...text].length, limit: 10_000 } : { used: weighted(text), limit: 280 };
    case "mastodon":
      return { used: mastodon(text), limit: 500 };
    case "bluesky":
      return { used: graphemes(text).length, limit: isPrivate ? 1_000 : 300 };
    case "telegram":
      return { used: text.length, limit: 4_096 };
    case "line":
      return { used: text.length, limit: 5_000 };
    case "whatsapp":
      return { used: [...text].length, limit: 4_096 };
    case "messenger":
      return { used: [...text].length, limit: 2_000 };
    case "instagram":
      return isPrivate
        ? { used: new TextEncoder().encode(text).length, limit: 1_000 }
        : { used: [...text].length, limit: 2_200 };
    case "facebook":
      return { used: [...text].length, limit: isPrivate ? 2_000 : 8_000 };
    case "reddit":
      return { used: [...text].length, limit: 10_000 };
    default:
      return { used: graphemes(text).length };
  }
}
