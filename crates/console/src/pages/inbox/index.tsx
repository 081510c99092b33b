// The inbox: whose turn it is, the most urgent on top, and a keyboard's reach away.

import { useEffect, useRef, useState } from "preact/hooks";
import { act } from "../../api/calls";
import { newRequestId } from "../../api/http";
import type { Summary } from "../../api/model";
import { num, t, tn } from "../../i18n";
import { conversationLink, go, inboxLink, lastOpened, replace } from "../../lib/route";
import { me, shortcuts } from "../../live/me";
import { preview, wantPreview } from "../../live/preview";
import { learn } from "../../live/store";
import { announce } from "../../ui/announce";
import { DemoChip } from "../../ui/chips";
import { Empty, Failed, Loading } from "../../ui/load";
import { plainWords } from "../../ui/refused";
import { useShortcuts } from "../../ui/shortcuts";
import { Filters } from "./filters";
import { type Listing, useListing } from "./list";
import { useNear } from "./near";
import { type Choice, isFiltered, readChoice, toQuery, writeChoice } from "./query";
import { Queues } from "./queues";
import { PIECE, Rows } from "./rows";

export function Inbox({ params }: { params: URLSearchParams }) {
  const choice = readChoice(params);
  const query = toQuery(choice, me.value);
  const box = useRef<HTMLDivElement>(null);
  const [search, setSearch] = useState("");
  // The list may order itself only while nobody points at it, stands in it or has scrolled into it.
  const still = () => {
    const list = box.current;
    return !!list && window.scrollY < 40 && !list.matches(":hover") && !list.contains(document.activeElement);
  };
  const listing = useListing(JSON.stringify(query ?? null), query, still);
  const rows = listing.rows.filter((summary) => found(summary, search));
  useReturn(box, listing.loaded);
  useWords(listing, search !== "");
  const refused = useKeys(box, listing, rows);
  const change = (changed: Partial<Choice>) => replace(inboxLink(writeChoice({ ...choice, ...changed })));
  return (
    <div class="inbox">
      <Queues choice={choice} />
      <div class="inbox-main">
        <h1 tabIndex={-1} id="title">
          {t("inbox.title")}
        </h1>
        <Filters choice={choice} change={change} search={search} onSearch={setSearch} />
        <Bar listing={listing} shown={rows.length} searching={search !== ""} />
        {refused && (
          <p class="refused" role="alert">
            {refused}
          </p>
        )}
        <div ref={box}>
          <Body listing={listing} rows={rows} choice={choice} asked={query !== undefined} searching={search !== ""} />
        </div>
      </div>
    </div>
  );
}

/** Who comes back from a conversation stands on its row again. */
function useReturn(box: { current: HTMLDivElement | null }, loaded: boolean): void {
  useEffect(() => {
    const id = lastOpened.peek();
    if (!loaded || !id) return;
    lastOpened.value = "";
    const row = box.current?.querySelector<HTMLAnchorElement>(`.row-link[data-id="${CSS.escape(id)}"]`);
    row?.focus();
    row?.scrollIntoView({ block: "center" });
  }, [box, loaded]);
}

/** Words of so many conversations are kept at least, so of no more is asked at once. */
const SEARCHED = 2_000;

/** Who searches needs the words of all rows, not only of those in view. */
function useWords({ rows }: Listing, searching: boolean): void {
  useEffect(() => {
    if (searching) for (const summary of rows.slice(0, SEARCHED)) wantPreview(summary);
  }, [searching, rows]);
}

/** Whether a row fits what was typed. Only what is loaded is looked at; the ids are whole. */
function found(summary: Summary, search: string): boolean {
  const wanted = search.trim().toLocaleLowerCase();
  if (!wanted) return true;
  const words = preview(summary.id).value;
  const all = [summary.id, words?.text, words?.customer?.name, words?.customer?.handle, summary.region];
  return all.some((text) => text?.toLocaleLowerCase().includes(wanted));
}

function Bar({ listing, shown, searching }: { listing: Listing; shown: number; searching: boolean }) {
  const { news, refresh } = listing;
  useEffect(() => {
    if (news > 0) announce(tn("inbox.news", news));
  }, [news]);
  return (
    <div class="inbox-bar">
      {listing.rows.length > 0 && listing.rows.every((summary) => summary.demo) && <DemoChip />}
      <p class="quiet">{searching ? tn("inbox.found", shown) : listing.loaded && tn("inbox.count", listing.total)}</p>
      {news > 0 && (
        <button type="button" class="button button-news" onClick={refresh}>
          <span class="pulse" aria-hidden="true" /> {tn("inbox.news", news)} · {t("inbox.show")}
        </button>
      )}
    </div>
  );
}

interface BodyProps {
  listing: Listing;
  rows: Summary[];
  choice: Choice;
  asked: boolean;
  searching: boolean;
}

function Body({ listing, rows, choice, asked, searching }: BodyProps) {
  if (!asked) return <Empty title={t(`inbox.${choice.view}`)} hint={t("inbox.empty.me")} />;
  if (listing.error && !listing.loaded) return <Failed error={listing.error} reload={() => location.reload()} />;
  if (!listing.loaded) return <Loading />;
  if (rows.length === 0) return <Empty title={t("inbox.empty")} hint={emptyHint(choice)} />;
  return (
    <>
      <Rows rows={rows} left={listing.left} />
      {listing.more && <More listing={listing} rest={listing.total - rows.length} byItself={!searching} />}
    </>
  );
}

/** The next page comes when its place does; with the button when somebody searches, or when it failed. */
function More({ listing, rest, byItself }: { listing: Listing; rest: number; byItself: boolean }) {
  const box = useRef<HTMLParagraphElement>(null);
  const { near } = useNear(box, false);
  const { loadingMore, error, loadMore } = listing;
  useEffect(() => {
    if (near && byItself && !loadingMore && !error) loadMore();
  }, [near, byItself, loadingMore, error, loadMore]);
  return (
    <p class="more" ref={box}>
      <button type="button" class="button" disabled={loadingMore} onClick={loadMore}>
        {t("inbox.loadMore")} ({num(rest)})
      </button>
    </p>
  );
}

function emptyHint(choice: Choice): string {
  if (isFiltered(choice)) return t("inbox.empty.filters");
  if (choice.view === "mine") return t("inbox.empty.mine");
  if (choice.view === "offered" || choice.view === "approval") return t(`inbox.empty.${choice.view}`);
  return choice.view === "everything" ? t("inbox.empty.everything") : t("inbox.empty.waiting");
}

/** Walks over all rows, also over those that are not drawn yet: who types faster than they are loses no step. */
function useSteps(box: { current: HTMLDivElement | null }, rows: readonly Summary[]): (by: number) => void {
  const known = useRef(rows);
  known.current = rows;
  /** The row to stand on as soon as it is drawn. */
  const wanted = useRef(-1);
  const reach = (to: number) => {
    const id = known.current[to]?.id ?? "";
    const found = box.current?.querySelector<HTMLAnchorElement>(`.row-link[data-id="${CSS.escape(id)}"]`);
    const piece = box.current?.querySelectorAll(".piece")[Math.floor(to / PIECE)];
    const waits = wanted.current >= 0;
    wanted.current = found || !piece ? -1 : to;
    found?.focus({ preventScroll: true });
    (found ?? piece)?.scrollIntoView({ block: "nearest" });
    if (wanted.current >= 0 && !waits) requestAnimationFrame(again);
  };
  const again = () => {
    const to = wanted.current;
    wanted.current = -1;
    if (to >= 0) reach(to);
  };
  return (by) => {
    const here = document.activeElement?.closest<HTMLElement>(".row-link")?.dataset.id;
    const last = known.current.length - 1;
    const from = wanted.current >= 0 ? wanted.current : known.current.findIndex(({ id }) => id === here);
    reach(from < 0 ? (by > 0 ? 0 : last) : Math.min(Math.max(from + by, 0), last));
  };
}

/** j and k walk, Enter opens (it is a link), c takes, r replies. Answers why a thing was refused. */
function useKeys(box: { current: HTMLDivElement | null }, listing: Listing, rows: readonly Summary[]): string {
  const [refused, setRefused] = useState("");
  const step = useSteps(box, rows);
  const claim = async (id: string) => {
    setRefused("");
    const mine = me.value;
    if (!mine) return setRefused(t("me.needed"));
    try {
      const done = await act(id, { person: mine.person, requestId: newRequestId() }, { do: "claim" });
      learn(done.summary);
      announce(t(done.changed ? "do.done" : "do.already"));
    } catch (error) {
      setRefused(plainWords(error));
    }
  };
  const link = () => document.activeElement?.closest<HTMLAnchorElement>(".row-link");
  const here = () => link()?.dataset.id;
  useShortcuts(shortcuts.value, {
    j: () => step(1),
    k: () => step(-1),
    o: () => link()?.click(),
    c: () => {
      const id = here();
      if (id) void claim(id);
    },
    r: () => {
      const id = here();
      if (id) go(`${conversationLink(id)}?reply=1`);
    },
    ".": () => listing.refresh(),
    "/": () => document.getElementById("inbox-search")?.focus(),
  });
  return refused;
}
