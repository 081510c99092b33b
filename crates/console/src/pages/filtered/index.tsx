// Posts that rules kept out of the care queue: what each rule caught, and the way back for what it should not have.

import { useEffect, useState } from "preact/hooks";
import { bringBack, type FilteredPost, KEPT_AS } from "../../api/filtered";
import { t, word } from "../../i18n";
import { conversationLink, filteredLink, replace } from "../../lib/route";
import { networkName } from "../../lib/text";
import { brandOf, brands } from "../../live/brands";
import { me } from "../../live/me";
import { Empty, Failed, Loading } from "../../ui/load";
import { Ago } from "../../ui/time";
import { Name, Said } from "../../ui/words";
import { useIntention } from "../conversation/deed";
import { Field, Form, Pick } from "../conversation/forms";
import { type Listed, useFiltered } from "./list";
import { Preview } from "./preview";

export function Filtered({ params }: { params: URLSearchParams }) {
  const known = brands.value;
  const brand = params.get("brand") || me.value?.brand || known?.[0]?.id || "";
  const query = {
    rule: params.get("rule") ?? "",
    keptAs: params.get("kept") ?? "",
    search: params.get("search") ?? "",
  };
  const change = (changed: Record<string, string>) =>
    replace(filteredLink({ brand, rule: query.rule, kept: query.keptAs, search: query.search, ...changed }));
  const listing = useFiltered(brand, query);
  return (
    <div class="page">
      <h1 tabIndex={-1} id="title">
        {t("filt.title")}
      </h1>
      <p class="lead">{t("filt.lead")}</p>
      {known?.length === 0 && <Empty title={t("brands.none")} hint={t("brands.none.hint")} />}
      {brand && (
        <>
          <Filters brand={brand} query={query} rules={listing.rules} change={change} />
          <List brand={brand} listing={listing} narrowed={Boolean(query.rule || query.keptAs || query.search)} />
          <Preview key={brand} brand={brandOf(brand)} />
        </>
      )}
    </div>
  );
}

interface FiltersProps {
  brand: string;
  query: { rule: string; keptAs: string; search: string };
  rules: readonly string[];
  change: (changed: Record<string, string>) => void;
}

function Filters({ brand, query, rules, change }: FiltersProps) {
  const [typed, setTyped] = useState(query.search);
  useEffect(() => setTyped(query.search), [query.search]);
  const search = () => {
    if (typed !== query.search) change({ search: typed });
  };
  return (
    <form
      class="filters"
      aria-label={t("inbox.filters")}
      onSubmit={(event) => {
        event.preventDefault();
        search();
      }}
    >
      <label class="field field-search">
        <span>{t("filt.search")}</span>
        <input
          type="search"
          id="inbox-search"
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
          onBlur={search}
        />
      </label>
      <Pick
        label={t("ledger.brand")}
        value={brand}
        onPick={(picked) => change({ brand: picked, rule: "" })}
        options={(brands.value ?? []).map((one) => [one.id, one.name])}
      />
      <Pick
        label={t("filt.kept")}
        value={query.keptAs}
        none={t("inbox.any")}
        onPick={(kept) => change({ kept })}
        options={KEPT_AS.map((one) => [one, word("kept", one)])}
      />
      <Pick
        label={t("filt.rule")}
        value={query.rule}
        none={t("inbox.any")}
        onPick={(rule) => change({ rule })}
        options={rules.map((one) => [one, one])}
      />
    </form>
  );
}

function List({ brand, listing, narrowed }: { brand: string; listing: Listed; narrowed: boolean }) {
  const { posts, error, reload, more, loadMore, loadingMore } = listing;
  if (error && !posts) return <Failed error={error} reload={reload} />;
  if (!posts) return <Loading />;
  if (posts.length === 0) {
    return <Empty title={t("inbox.empty")} hint={t(narrowed ? "inbox.empty.filters" : "filt.none.hint")} />;
  }
  return (
    <section class="panel" aria-label={t("filt.title")}>
      <ul class="kept-posts">
        {posts.map((post) => (
          <Kept key={post.key} brand={brand} post={post} reload={reload} />
        ))}
      </ul>
      {more && (
        <p class="more">
          <button type="button" class="button" disabled={loadingMore} onClick={loadMore}>
            {t("inbox.loadMore")}
          </button>
        </p>
      )}
    </section>
  );
}

function Kept({ brand, post, reload }: { brand: string; post: FilteredPost; reload: () => void }) {
  const [open, setOpen] = useState(false);
  const [gone, setGone] = useState("");
  return (
    <li class="kept-post">
      <KeptPost post={post} />
      {post.broughtBack || gone ? (
        <p class="chips">
          <span class="chip chip-good">{t("filt.back")}</span>
          {gone && <a href={conversationLink(gone)}>{t("page.conversation")}</a>}
        </p>
      ) : open ? (
        <BringBack
          brand={brand}
          post={post}
          onDone={(conversation) => {
            setGone(conversation);
            setOpen(false);
            reload();
          }}
          onClose={() => setOpen(false)}
        />
      ) : (
        <button type="button" class="button" onClick={() => setOpen(true)}>
          {t("filt.bring")}
        </button>
      )}
    </li>
  );
}

/** What was kept out, and by which rule. */
export function KeptPost({ post }: { post: FilteredPost }) {
  return (
    <>
      <p class="kept-head">
        <Name>{post.author || t("unknownCustomer")}</Name>
        {post.handle && post.handle !== post.author && <bdi class="quiet">{post.handle}</bdi>}
        <span class="chip chip-outline">{networkName(post.network)}</span>
        <span class="chip chip-quiet">{word("kept", post.keptAs)}</span>
        <span class="quiet">
          {t("filt.rule")} <bdi>{post.rule}</bdi>
          {post.at !== undefined && (
            <>
              {" · "}
              <Ago at={post.at} />
            </>
          )}
        </span>
      </p>
      {post.text ? <Said text={post.text} /> : <p class="quiet">{t("case.noText")}</p>}
    </>
  );
}

interface BringBackProps {
  brand: string;
  post: FilteredPost;
  onDone: (conversation: string) => void;
  onClose: () => void;
}

function BringBack({ brand, post, onDone, onClose }: BringBackProps) {
  const [reason, setReason] = useState("");
  const doing = useIntention(`${brand} ${post.key}`, (why: string, mine, requestId) =>
    bringBack(brand, post.key, mine.person, why, requestId),
  );
  const submit = async () => {
    const done = await doing.run(reason);
    if (done) onDone(done.conversation);
  };
  return (
    <Form name={t("filt.bring")} doing={doing} blocked={reason.trim() === ""} onSubmit={submit} onCancel={onClose}>
      <Field label={t("do.reason")} hint={t("do.reason.hint")} value={reason} onInput={setReason} />
    </Form>
  );
}
