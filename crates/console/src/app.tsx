// The frame around every page: where one is, who one is, and whether what one sees is fresh.

import { useEffect, useRef, useState } from "preact/hooks";
import { num, t } from "./i18n";
import { go, type Route, route } from "./lib/route";
import { brandName } from "./live/brands";
import { me, shortcuts } from "./live/me";
import { unseen } from "./live/news";
import { Inbox } from "./pages/inbox";
import { Wallboard } from "./pages/wallboard";
import { Announcer } from "./ui/announce";
import { Help } from "./ui/help";
import { Icon, type IconName, Mark } from "./ui/icon";
import { later } from "./ui/later";
import { LinkBanner, LinkPill } from "./ui/link";
import { Empty } from "./ui/load";
import { Preferences, WhoAmI } from "./ui/preferences";
import { useShortcuts } from "./ui/shortcuts";

// What does not stand on the wall comes when it is asked for.
const Conversation = later(() => import("./pages/conversation").then((page) => page.Conversation));
const Brands = later(() => import("./pages/brands").then((page) => page.Brands));
const News = later(() => import("./pages/news").then((page) => page.News));
const Filtered = later(() => import("./pages/filtered").then((page) => page.Filtered));
const Ledger = later(() => import("./pages/ledger").then((page) => page.Ledger));
const SetAside = later(() => import("./pages/setaside").then((page) => page.SetAside));
const Scorecard = later(() => import("./pages/figures").then((page) => page.Scorecard));
const Catalogue = later(() => import("./pages/figures").then((page) => page.Catalogue));
const Behind = later(() => import("./pages/figures").then((page) => page.Behind));

const PAGES = [
  { page: "wallboard", href: "#/", icon: "wall", letter: "w" },
  { page: "inbox", href: "#/inbox", icon: "inbox", letter: "i" },
  { page: "scorecard", href: "#/scorecard", icon: "chart", letter: "s" },
  { page: "filtered", href: "#/filtered", icon: "filter", letter: "f" },
  { page: "brands", href: "#/brands", icon: "brand", letter: "b" },
  { page: "ledger", href: "#/ledger", icon: "ledger", letter: "l" },
] as const satisfies { page: Route["page"]; href: string; icon: IconName; letter: string }[];

/** After a `g` a page's letter goes there, for so long. */
const LEADER_MS = 1_500;

export function App() {
  const [help, setHelp] = useState(false);
  const main = useRef<HTMLElement>(null);
  const at = route.value;
  useArrival(at, main);
  useGoing();
  useShortcuts(shortcuts.value, { "?": () => setHelp(true) });
  return (
    <div class={`app app-${at.page}`}>
      <button type="button" class="skip button" onClick={() => main.current?.focus()}>
        {t("nav.skip")}
      </button>
      <header class="top">
        <a class="brandmark" href="#/" aria-label="Earshot">
          <Mark /> <span>Earshot</span>
        </a>
        <nav class="nav" aria-label={t("nav.label")}>
          {PAGES.map(({ page, href, icon }) => (
            <a key={page} href={href} aria-current={isAt(at, page) ? "page" : undefined}>
              <Icon name={icon} />
              <span>{t(`nav.${page}`)}</span>
            </a>
          ))}
        </nav>
        <div class="top-end">
          <LinkPill />
          <Bell here={at.page === "news"} />
          <WhoAmI />
          <Preferences onHelp={() => setHelp(true)} />
        </div>
      </header>
      <LinkBanner />
      <main ref={main} id="main" tabIndex={-1}>
        <Page at={at} />
      </main>
      <Announcer />
      {help && <Help onClose={() => setHelp(false)} />}
    </div>
  );
}

/** How much has happened since somebody looked. */
function Bell({ here }: { here: boolean }) {
  const count = unseen.value;
  if (!me.value) return null;
  return (
    <a class="bell" href="#/news" aria-current={here ? "page" : undefined}>
      <Icon name="bell" />
      <span class="hidden">{t("news.title")}</span>
      {count > 0 && (
        <span class="count">
          {num(count)}
          <span class="hidden"> {t("news.new")}</span>
        </span>
      )}
    </a>
  );
}

function isAt(at: Route, page: Route["page"]): boolean {
  const within: Partial<Record<Route["page"], Route["page"]>> = {
    conversation: "inbox",
    measures: "scorecard",
    setaside: "ledger",
  };
  return (within[at.page] ?? at.page) === page;
}

function Page({ at }: { at: Route }) {
  switch (at.page) {
    case "wallboard":
      return (
        <>
          <h1 class="hidden" id="title" tabIndex={-1}>
            {t("wall.title")}
          </h1>
          <Wallboard />
        </>
      );
    case "inbox":
      return <Inbox params={at.params} />;
    case "conversation":
      return <Conversation id={at.id} at={at.at} reply={at.reply} />;
    case "brands":
      return <Brands brand={at.brand} />;
    case "ledger":
      return <Ledger />;
    case "setaside":
      return <SetAside params={at.params} />;
    case "news":
      return <News />;
    case "filtered":
      return <Filtered params={at.params} />;
    case "scorecard":
      return <Scorecard params={at.params} />;
    case "measures":
      return at.measure ? <Behind measure={at.measure} params={at.params} /> : <Catalogue />;
    case "unknown":
      return (
        <Empty whole title={t("page.unknown")} hint={t("page.unknown.hint")}>
          <a class="button" href="#/">
            {t("nav.wallboard")}
          </a>
        </Empty>
      );
  }
}

/** On another page the title tells it and the focus begins at the top, as after a load. */
function useArrival(at: Route, main: { current: HTMLElement | null }): void {
  const place = placeOf(at);
  const first = useRef(true);
  const title = titleOf(at);
  useEffect(() => {
    document.title = `${title} · Earshot`;
  }, [title]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another place moves the focus
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    window.scrollTo(0, 0);
    const wanted = at.page === "conversation" && at.reply;
    if (!wanted) main.current?.focus({ preventScroll: true });
  }, [place]);
}

/** What stays when only a filter or the time changes. */
function placeOf(at: Route): string {
  if (at.page === "conversation") return at.id;
  if (at.page === "brands") return `brands ${at.brand}`;
  return at.page === "measures" ? `measures ${at.measure}` : at.page;
}

function titleOf(at: Route): string {
  if (at.page === "conversation" || at.page === "unknown") return t(`page.${at.page}`);
  if (at.page === "measures") return at.measure || t("meas.title");
  if (at.page === "news") return t("news.title");
  if (at.page === "setaside") return t("aside.title");
  return at.page === "brands" && at.brand ? brandName(at.brand) : t(`nav.${at.page}`);
}

/** `g` and a letter go to a page. */
function useGoing(): void {
  const since = useRef(0);
  const to = (href: string) => () => {
    if (Date.now() - since.current < LEADER_MS) go(href);
    since.current = 0;
  };
  useShortcuts(shortcuts.value, {
    g: () => {
      since.current = Date.now();
    },
    ...Object.fromEntries(PAGES.map(({ letter, href }) => [letter, to(href)])),
  });
}
