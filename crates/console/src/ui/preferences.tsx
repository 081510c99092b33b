// Who sits here, which language, which light.

import { chooseLanguage, LANGUAGES, type Language, language, t } from "../i18n";
import { brands } from "../live/brands";
import { me, shortcuts, type Theme, theme } from "../live/me";
import { Icon } from "./icon";

export function WhoAmI() {
  const mine = me.value;
  const value = mine ? `${mine.brand}/${mine.person}` : "";
  const pick = (chosen: string) => {
    const [brand, person] = chosen.split("/");
    me.value = brand && person ? { brand, person } : undefined;
  };
  return (
    <label class="who">
      <Icon name="person" />
      <span class="who-label">{t("me.label")}</span>
      <select id="who" value={value} onChange={(event) => pick(event.currentTarget.value)}>
        <option value="">{t("me.nobody")}</option>
        {(brands.value ?? []).map((brand) => (
          <optgroup key={brand.id} label={brand.name}>
            {brand.people.map((person) => (
              <option
                key={person.id}
                value={`${brand.id}/${person.id}`}
                selected={value === `${brand.id}/${person.id}`}
              >
                {person.name}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}

const THEMES: readonly Theme[] = ["auto", "light", "dark"];

export function Preferences({ onHelp }: { onHelp: () => void }) {
  return (
    <details class="menu" onBlur={closeOutside}>
      <summary class="button button-quiet" aria-label={t("more")}>
        <span aria-hidden="true">⋯</span>
      </summary>
      <div class="menu-box">
        <label class="field">
          <span>{t("language.label")}</span>
          <select
            value={language.value}
            onChange={(event) => void chooseLanguage(event.currentTarget.value as Language)}
          >
            {Object.entries(LANGUAGES).map(([tag, name]) => (
              <option key={tag} value={tag} lang={tag} selected={tag === language.value}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          <span>{t("theme.label")}</span>
          <select
            value={theme.value}
            onChange={(event) => {
              theme.value = event.currentTarget.value as Theme;
            }}
          >
            {THEMES.map((one) => (
              <option key={one} value={one} selected={one === theme.value}>
                {t(`theme.${one}`)}
              </option>
            ))}
          </select>
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={shortcuts.value}
            onChange={(event) => {
              shortcuts.value = event.currentTarget.checked;
            }}
          />
          {t("help.shortcuts")}
        </label>
        <button type="button" class="button button-quiet" onClick={onHelp}>
          <Icon name="keyboard" /> {t("help.open")}
        </button>
      </div>
    </details>
  );
}

/** The menu closes when the focus leaves it. */
function closeOutside(event: FocusEvent): void {
  const menu = event.currentTarget as HTMLDetailsElement;
  if (event.relatedTarget instanceof Node && !menu.contains(event.relatedTarget)) menu.open = false;
}
