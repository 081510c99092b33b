// The frame around every page: where one is, who one is, and whether what one sees is fresh.

import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "./i18n";
import { go, type Route, route } from "./lib/route";
import { brandName } from "./live/brands";
import { shortcuts } from "./live/me";
import { Brands } from "./pages/brands";
import { Conversation } from "./pages/conversation";
import { Inbox } from "./pages/inbox";
import { Ledger } from "./pages/ledger";
import { Wallboard } from "./pages/wallboard";
import { Announcer } from "./ui/announce";
import { Help } from "./ui/help";
import { Icon, type IconName, Mark } from "./ui/icon";
import { LinkBanner, LinkPill } from "./ui/link";
import { Empty } from "./ui/load";
import { Preferences, WhoAmI } from "./ui/preferences";
import { useShortcuts } from "./ui/shortcuts";

const PAGES = [
  { page: "wallboard", href: "#/", icon: "wall", letter: "w" },
  { page: "inbox", href: "#/inbox", icon: "inbox", letter: "i" },
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

function isAt(at: Route, page: Route["page"]): boolean {
  return at.page === page || (at.page === "conversation" && page === "inbox");
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
  const place = at.page === "conversation" ? at.id : at.page === "brands" ? `brands ${at.brand}` : at.page;
  const first = useRef(true);
  const name =
    at.page === "conversation"
      ? t("page.conversation")
      : at.page === "unknown"
        ? t("page.unknown")
        : t(`nav.${at.page}`);
  const title = at.page === "brands" && at.brand ? brandName(at.brand) : name;
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
