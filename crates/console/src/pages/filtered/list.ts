// Kept-out posts, loaded page by page; the rules that occur among them can be chosen.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type FilteredPost, type FilteredQuery, listFiltered } from "../../api/filtered";
import { useLoad } from "../../ui/load";

export interface Listed {
  posts: FilteredPost[] | undefined;
  rules: string[];
  error: Error | undefined;
  reload: () => void;
  more: boolean;
  loadMore: () => void;
  loadingMore: boolean;
}

export function useFiltered(brand: string, query: FilteredQuery): Listed {
  const key = JSON.stringify([brand, query]);
  const first = useLoad(key, (signal) =>
    brand ? listFiltered(brand, query, "", signal) : Promise.resolve({ posts: [], next: "" }),
  );
  const [rest, setRest] = useState<{ posts: FilteredPost[]; next: string }>();
  const [loadingMore, setLoadingMore] = useState(false);
  const seen = useRef(new Map<string, Set<string>>());
  // biome-ignore lint/correctness/useExhaustiveDependencies: another question or a first page anew begins from the start
  useEffect(() => setRest(undefined), [key, first.value]);
  const next = rest?.next ?? first.value?.next ?? "";
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key holds the question
  const loadMore = useCallback(() => {
    if (!next) return;
    setLoadingMore(true);
    listFiltered(brand, query, next)
      .then(
        (page) => setRest((old) => ({ posts: [...(old?.posts ?? []), ...page.posts], next: page.next })),
        () => {},
      )
      .finally(() => setLoadingMore(false));
  }, [key, next]);
  const posts = first.value && [...first.value.posts, ...(rest?.posts ?? [])];
  const rules = seen.current.get(brand) ?? new Set<string>();
  seen.current.set(brand, rules);
  for (const post of posts ?? []) rules.add(post.rule);
  if (query.rule) rules.add(query.rule);
  return {
    posts,
    rules: [...rules].sort(),
    error: first.error,
    reload: first.reload,
    more: next !== "",
    loadMore,
    loadingMore,
  };
}
