// The start: preferences, language, address, stream, page.

import { render } from "preact";
import { listConversations, measures } from "./api/calls";
import { App } from "./app";
import { startLanguage } from "./i18n";
import { startClock } from "./lib/clock";
import { startRouter } from "./lib/route";
import { startBrands } from "./live/brands";
import { startIncidents } from "./live/incidents";
import { startPreferences } from "./live/me";
import { startNews } from "./live/news";
import { primeFigures, startStream } from "./live/store";
import { fetchAhead } from "./ui/later";
import "./styles/base.css";
import "./styles/frame.css";
import "./styles/parts.css";
import "./styles/wallboard.css";
import "./styles/inbox.css";
import "./styles/conversation.css";
import "./styles/desk.css";
import "./styles/figures.css";
import "./styles/pages.css";
import "./styles/print.css";

/** So far back the stream begins, so that a page that has just been opened shows what has just happened. */
const LOOK_BACK = 120;

/** When the wall stands, the other pages are fetched. */
const FETCH_AHEAD_MS = 3_000;

async function start(): Promise<void> {
  startPreferences();
  startRouter();
  startClock();
  await startLanguage();
  const root = document.getElementById("app");
  if (root) render(<App />, root);
  startBrands();
  startIncidents();
  startNews();
  measures(["BRAND"]).then(primeFigures, () => {});
  const page = await listConversations({}, 1).catch(() => undefined);
  startStream(page && page.asOf > LOOK_BACK ? page.asOf - LOOK_BACK : 0);
  setTimeout(fetchAhead, FETCH_AHEAD_MS);
}

void start();
