// What narrows the list. The choices offered are those that occur.

import { measures } from "../../api/calls";
import { PRIORITIES, STATUSES } from "../../api/model";
import { languageName, t, word } from "../../i18n";
import { conversationLink, go, idIn } from "../../lib/route";
import { networkName } from "../../lib/text";
import { incidentOf } from "../../live/incidents";
import { useLoad } from "../../ui/load";
import { type Choice, INTENTS, isFiltered } from "./query";

/** An id of a conversation. */
const ID = /^[0-9a-f]{32}$|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** So many letters of an id tell it apart. */
const SHORT = 8;

interface FiltersProps {
  choice: Choice;
  change: (changed: Partial<Choice>) => void;
  search: string;
  onSearch: (text: string) => void;
}

export function Filters({ choice, change, search, onSearch }: FiltersProps) {
  const { value } = useLoad("channels and languages", (signal) => measures(["CHANNEL", "LANGUAGE"], "", signal));
  const networks = distinct(
    value?.map((row) => row.channel),
    choice.network,
  );
  const languages = distinct(
    value?.map((row) => row.language),
    choice.language,
  );
  return (
    <form
      class="filters"
      aria-label={t("inbox.filters")}
      onSubmit={(event) => {
        event.preventDefault();
        // A whole id or address opens what it names, also when it is in no list.
        const id = idIn(search);
        if (ID.test(id)) go(conversationLink(id));
      }}
    >
      <label class="field field-search">
        <span>{t("inbox.search")}</span>
        <input
          type="search"
          id="inbox-search"
          value={search}
          placeholder={t("inbox.search.hint")}
          onInput={(event) => onSearch(event.currentTarget.value)}
        />
      </label>
      <Choose
        label={t("inbox.status")}
        value={choice.status}
        onPick={(status) => change({ status: status as Choice["status"] })}
        options={STATUSES.map((one) => [one, t(`status.${one}`)])}
      />
      <Choose
        label={t("inbox.network")}
        value={choice.network}
        onPick={(network) => change({ network })}
        options={networks.map((one) => [one, networkName(one)])}
      />
      <Choose
        label={t("inbox.language")}
        value={choice.language}
        onPick={(language) => change({ language })}
        options={languages.map((one) => [one, languageName(one)])}
      />
      <Choose
        label={t("inbox.intent")}
        value={choice.intent}
        onPick={(intent) => change({ intent })}
        options={INTENTS.map((one) => [one, word("intent", one)])}
      />
      <Choose
        label={t("inbox.priority")}
        value={choice.minPriority}
        onPick={(priority) => change({ minPriority: priority as Choice["minPriority"] })}
        options={PRIORITIES.slice(1).map((one) => [one, t(`priority.${one}`)])}
      />
      {choice.incident && (
        <p class="chip chip-ember incident-chip">
          {t("press.incident")}{" "}
          <bdi>{incidentOf(choice.brand, choice.incident)?.topic ?? choice.incident.slice(0, SHORT)}</bdi>
        </p>
      )}
      {isFiltered(choice) && (
        <button
          type="button"
          class="button button-quiet"
          onClick={() => change({ status: "", network: "", language: "", intent: "", minPriority: "", incident: "" })}
        >
          {t("inbox.clear")}
        </button>
      )}
    </form>
  );
}

interface ChooseProps {
  label: string;
  value: string;
  options: [string, string][];
  onPick: (value: string) => void;
}

function Choose({ label, value, options, onPick }: ChooseProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={(event) => onPick(event.currentTarget.value)}>
        <option value="">{t("inbox.any")}</option>
        {options.map(([key, name]) => (
          <option key={key} value={key} selected={key === value}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The values that occur, with the chosen one even when it does not. */
function distinct(values: string[] | undefined, chosen: string): string[] {
  return [...new Set([...(values ?? []), chosen].filter((value) => value !== ""))].sort();
}
