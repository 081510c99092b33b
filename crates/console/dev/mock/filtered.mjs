// Posts that the mock's rules kept out, and the way back.

import { receive } from "./desk.mjs";
import { clock, stamp } from "./log.mjs";
import { watch } from "./play.mjs";
import { BRANDS, HOSTILE, hash } from "./world.mjs";

const TEXTS = [
  ["promotion", "contest", "Win a free flight! Follow us and share this post #giveaway #ad"],
  ["competitor", "rivals", "Flew with Borealis instead, they were on time. Aurora could learn from them."],
  ["filtered", "job-adverts", "We are hiring cabin crew in Tallinn, apply until Friday"],
  ["filtered", "press", "Quarterly figures are out: passengers up 4 per cent over last year"],
  ["competitor", "rivals", "Anyone switched from NordNet to Telia? Is it any better?"],
  ["promotion", "contest", "Sponsored: 20% off all beans with code BEAN20"],
];

const posts = BRANDS.flatMap(({ brand }) =>
  [...TEXTS, ["filtered", "noise", HOSTILE[0].text], ["filtered", "noise", HOSTILE[3].text]].map(
    ([keptAs, rule, text], index) => ({
      brand,
      postKey: hash("kept", brand, index),
      rule,
      keptAs,
      network: index % 2 ? "x" : "mastodon",
      postedAt: stamp(clock.now() - (index + 1) * 1_900_000),
      authorName: ["Lucky Day", "Ada Rival", "Jobs", "Business Daily"][index % 4],
      authorHandle: `kept_${index}`,
      text,
      broughtBack: false,
    }),
  ),
);

export function listFiltered(brand, query) {
  const wanted = (name) => query.get(name) ?? "";
  const found = posts.filter(
    (post) =>
      post.brand === brand &&
      (!wanted("rule") || post.rule === wanted("rule")) &&
      (!wanted("keptAs") || post.keptAs === wanted("keptAs")) &&
      post.text.toLowerCase().includes(wanted("search").toLowerCase()),
  );
  const size = 5;
  const from = Number(wanted("pageToken") || 0);
  return {
    posts: found.slice(from, from + size),
    ...(from + size < found.length && { nextPageToken: String(from + size) }),
  };
}

export function bringBack(brand, key, json) {
  const post = posts.find((one) => one.brand === brand && one.postKey === key);
  if (!post) return { status: 404, json: { title: "NOT_FOUND", status: 404, detail: "there is no such post" } };
  if (post.broughtBack) return { json: { changed: false } };
  post.broughtBack = true;
  const author = { id: post.authorHandle, name: post.authorName, handle: post.authorHandle, followers: 10 };
  const { text, network } = post;
  const { conversation } = receive({ brand, network, native: key, text, at: clock.now(), author, demo: true });
  watch(conversation);
  return { json: { changed: Boolean(json.person), conversationId: conversation } };
}

export function previewFilters({ brand, yaml = "" }) {
  const own = posts.filter((post) => post.brand === brand);
  const caught = [...new Set(own.map((post) => post.rule))].filter((rule) => yaml.includes(`name: ${rule}`));
  return {
    tried: 1_000,
    letThrough: own.filter((post) => !caught.includes(post.rule)).length,
    filters: caught.map((rule) => {
      const examples = own.filter((post) => post.rule === rule);
      return {
        rule,
        keptAs: examples[0].keptAs,
        caught: examples.length,
        inCareToday: rule === "contest" ? 1 : 0,
        examples,
      };
    }),
  };
}
