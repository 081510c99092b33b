// A page whose code comes when it is asked for. What cannot be fetched says so, and can be tried again.

import { type ComponentType, h } from "preact";
import { t } from "../i18n";
import { Failed, Loading, PageTitle, useLoad } from "./load";

/** What fetches each page, by its number. */
const pages: (() => Promise<unknown>)[] = [];

/** Fetches what has not been asked for yet, so that the next page opens at once. */
export function fetchAhead(): void {
  for (const load of pages) load().catch(() => {});
}

export function later<P extends object>(fetch: () => Promise<ComponentType<P>>): ComponentType<P> {
  let known: ComponentType<P> | undefined;
  const load = async () => {
    known = await fetch();
    return { page: known };
  };
  const key = `page ${pages.push(load)}`;
  return function Later(props: P) {
    const { value, error, reload } = useLoad(key, () => (known ? Promise.resolve({ page: known }) : load()));
    const Page = known ?? value?.page;
    if (Page) return h(Page, props);
    return (
      <>
        <PageTitle>{t("load.wait")}</PageTitle>
        {error ? <Failed error={error} reload={reload} /> : <Loading />}
      </>
    );
  };
}
