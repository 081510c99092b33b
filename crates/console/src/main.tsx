// The start: preferences, language, address, stream, page.

import { render } from "preact";
import { listConversations, measures } from "./api/calls";
import { App } from "./app";
import { startLanguage } from "./i18n";
import { startClock } from "./lib/clock";
import { startRouter } from "./lib/route";
import { startBrands } from "./live/brands";
import { startPreferences } from "./live/me";
import { primeFigures, startStream } from "./live/store";
import "./styles/base.css";
import "./styles/frame.css";
import "./styles/parts.css";
import "./styles/wallboard.css";
import "./styles/inbox.css";
import "./styles/conversation.css";
import "./styles/pages.css";
import "./styles/print.css";

/** So far back the stream begins, so that a page that has just been opened shows what has just happened. */
const LOOK_BACK = 120;

async function start(): Promise<void> {
  startPreferences();
  startRouter();
  startClock();
  await startLanguage();
  const root = document.getElementById("app");
  if (root) render(<App />, root);
  startBrands();
  measures(["BRAND"]).then(primeFigures, () => {});
  const page = await listConversations({}, 1).catch(() => undefined);
  startStream(page && page.asOf > LOOK_BACK ? page.asOf - LOOK_BACK : 0);
}

void start();
