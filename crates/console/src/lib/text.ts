// Customers' texts are shown as they are and harm nobody. Escaping is the renderer's; here is what it takes beside
// that: direction kept inside, hidden characters told, links only where they lead to the web.

const BIDI_CONTROLS = /[\u202a-\u202e\u2066-\u2069\u061c\u200e\u200f]/u;
const INVISIBLE = /[\u200b\u2060-\u2064\ufeff\u00ad\u180e\u{e0000}-\u{e007f}]/u;
const CONTROL = /(?![\t\n\r])\p{Cc}/gu;
const STACKED_MARKS = /\p{M}{5,}/u;

export type Oddity = "direction" | "invisible" | "stacked";

/** What a reader cannot see in a text but should know of. */
export function oddities(text: string): Oddity[] {
  const found: Oddity[] = [];
  if (BIDI_CONTROLS.test(text)) found.push("direction");
  if (INVISIBLE.test(text)) found.push("invisible");
  if (STACKED_MARKS.test(text)) found.push("stacked");
  return found;
}

/** The text for display: control characters become a visible sign, all else stays. */
export function shown(text: string): string {
  return text.replace(CONTROL, "\ufffd");
}

/** One line of it, for lists. */
export function oneLine(text: string, longest = 240): string {
  const line = shown(text).replace(/\s+/gu, " ").trim();
  const letters = [...line];
  return letters.length > longest ? `${letters.slice(0, longest).join("")}…` : line;
}

/** Keeps a name of any direction from turning round the sentence it stands in. */
export function isolated(text: string): string {
  return `\u2068${text.replace(/[\u2066-\u2069]/gu, "")}\u2069`;
}

/** The address when it is one of the web, else nothing: no other scheme becomes a link. */
export function webAddress(url: string): URL | undefined {
  try {
    const address = new URL(url);
    return address.protocol === "https:" || address.protocol === "http:" ? address : undefined;
  } catch {
    return undefined;
  }
}

const NETWORKS: Record<string, string> = {
  x: "X",
  weibo: "Weibo",
  mastodon: "Mastodon",
  bluesky: "Bluesky",
  facebook: "Facebook",
  messenger: "Messenger",
  instagram: "Instagram",
  whatsapp: "WhatsApp",
  telegram: "Telegram",
  reddit: "Reddit",
  line: "LINE",
  sms: "SMS",
  kakaotalk: "KakaoTalk",
  kakao: "KakaoTalk",
  youtube: "YouTube",
  tiktok: "TikTok",
  forum: "Forum",
  mail: "Mail",
};

/** The set of networks is open: an unknown one is shown by its own name. */
export function networkName(network: string): string {
  return NETWORKS[network] ?? (network ? network.charAt(0).toUpperCase() + network.slice(1) : "");
}

/** A code such as `rate_limited` as words. */
export function words(code: string): string {
  return code.replace(/[_-]+/g, " ").toLowerCase();
}

export function initials(name: string): string {
  const letters = [...new Intl.Segmenter().segment(name.trim())].map((part) => part.segment);
  const space = letters.indexOf(" ");
  const second = space > 0 ? (letters[space + 1] ?? "") : "";
  return ((letters[0] ?? "·") + second).toUpperCase();
}
