// The brands, people and hostile texts of the mock: the project's demo, as far as it lies beside the console.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const DEMO = new URL("../../../../demo/", import.meta.url);

function read(path) {
  try {
    return readFileSync(new URL(path, DEMO), "utf8");
  } catch {
    return "";
  }
}

export const hash = (...parts) => createHash("sha256").update(parts.join("\u0000")).digest("hex").slice(0, 32);

/** A share in [0, 1) that is always the same for the same text. */
export const chance = (text) => Number.parseInt(hash(text).slice(0, 8), 16) / 0x1_0000_0000;

const person = (id, name, languages) => ({
  person: id,
  name,
  signature: `^${name}`,
  languages,
  online: chance(`on ${id}`) < 0.7,
});
const team = (id, name, hours, people, isOpen = true) => ({
  team: id,
  name,
  hours,
  isOpen,
  people,
  ...(isOpen ? {} : { nextOpening: new Date(Date.now() + 9 * 3_600_000).toISOString() }),
});

export const TOPICS = [
  "air.delay",
  "air.baggage",
  "telecom.outage",
  "telecom.billing",
  "retail.delivery",
  "general.other",
];

export const BRANDS = [
  {
    brand: "aurora-air",
    name: "Aurora Air",
    teams: [
      team("care", "Care", "24/7", ["dana", "mart", "ines", "yuki"]),
      team("crisis", "Crisis desk", "Mo-Su 06:00-24:00", ["dana", "yuki"]),
      team("studio", "Studio", "Mo-Fr 09:00-18:00; PH off", ["ines"], false),
    ],
    people: [
      person("dana", "Dana", ["en", "fr", "ar", "bn"]),
      person("mart", "Mart", ["et", "en", "de"]),
      person("ines", "Ines", ["es", "pt", "it"]),
      person("yuki", "Yuki", ["ja", "ko", "zh", "hi", "en"]),
    ],
  },
  {
    brand: "basil-and-bean",
    name: "Basil & Bean",
    teams: [
      team("guests", "Guests", "Mo-Su 08:00-24:00", ["lea", "bruno"]),
      team("kitchen", "Food safety", "Mo-Su 08:00-24:00", ["lea"]),
      team("table", "The long table", "Tu-Sa 10:00-22:00", ["bruno"], false),
    ],
    people: [
      person("lea", "Lea", ["en", "de", "fr", "et", "zh"]),
      person("bruno", "Bruno", ["en", "pt", "es", "hi", "ar"]),
    ],
  },
  {
    brand: "nordnet",
    name: "NordNet",
    teams: [
      team("island-experts", "Experts for the islands", "Mo-Su 07:00-21:00", ["juhan", "priya", "omar"]),
      team("north-experts", "Experts for the north", "Mo-Su 07:00-21:00", ["kim", "sofia"]),
      team("general", "General pool", "24/7", ["kim", "sofia", "omar"]),
      team("crisis", "Crisis desk", "Mo-Su 06:00-24:00", ["sofia", "juhan"]),
    ],
    people: [
      person("kim", "Kim", ["en", "et", "zh"]),
      person("priya", "Priya", ["en", "et", "hi", "bn", "ko"]),
      person("juhan", "Juhan", ["et", "en", "de"]),
      person("sofia", "Sofia", ["en", "fi", "es", "fr", "de", "ja"]),
      person("omar", "Omar", ["et", "ru", "uk", "ar", "en"]),
    ],
  },
].map((brand) => {
  const yaml = read(`brands/${brand.brand}.yaml`) || `earshot: brand/v1\nbrand: ${brand.brand}\nname: ${brand.name}\n`;
  return {
    ...brand,
    topics: TOPICS,
    yaml,
    settingsVersion: hash(yaml),
    publishedAt: new Date(Date.now() - 86_400_000).toISOString(),
  };
});

/** The project's demo day, one message a line; empty when it does not lie beside the console. */
export const DAY = read("day.jsonl")
  .split("\n")
  .filter(Boolean)
  .map((line) => JSON.parse(line));

const ZALGO = [..."please answer"]
  .map((letter) => `${letter}${"\u0335\u0321\u0322\u031b\u0316\u0317\u0300\u0301\u0302\u030a\u0489\u0488".repeat(2)}`)
  .join("");

/** Texts that try to run, to hide, to turn round, to cover and to stretch. */
export const HOSTILE = [
  {
    name: "<script>window.__hacked=1</script>",
    text: "<script>window.__hacked=1</script><img src=x onerror='window.__hacked=2'>",
  },
  {
    name: "\u202Eevil\u202C name",
    text: "Refund \u202Eno ti dnes\u202C please \u2067abc\u2066 <svg/onload=window.__hacked=3>",
  },
  {
    name: '"><iframe src=javascript:window.__hacked=4>',
    text: "javascript:window.__hacked=5 {{constructor.constructor('window.__hacked=6')()}} #{7*7} <%= 1 %>",
  },
  { name: "Zalgo", text: ZALGO },
  { name: "W".repeat(90), text: `Your app ${"crash".repeat(160)} again` },
  { name: "Zero\u200bwidth", text: "inv\u200bis\u200bible \u2060words\ufeff and soft\u00adhyphens \u{e0041}\u{e0042}" },
  {
    name: "مها",
    handle: "maha_travels",
    text: "وصلت الحقيبة؟ رقم الرحلة AU308 (لندن → تالين) لا أحد يرد منذ 3 ساعات!",
  },
  { name: "נועה", text: "איפה המזוודה שלי? הזמנה K7QX2M, אני מחכה כבר שעתיים 😡" },
  { name: "👩‍👩‍👧‍👦🏳️‍🌈", text: "👍🏽".repeat(120) },
  {
    name: "Control\u0007\u0008",
    text: "bell\u0007 back\u0008 null\u0000 escape\u001b[31mred\u001b[0m\nnew line\n\n\n\tindented",
  },
  {
    name: "onclick=alert(1)",
    text: "&lt;b&gt;not bold&lt;/b&gt; &amp;amp; <b>bold</b> <style>*{display:none}</style>",
  },
];
