// Settings as they were written, with the numbers of their lines.

import { t } from "../i18n";

export function Yaml({ text }: { text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keyboard too
    <section class="yaml" tabIndex={0} aria-label={t("brands.settings")}>
      <ol>
        {text.split("\n").map((line, index) => (
          <li key={index}>
            <code>{line || " "}</code>
          </li>
        ))}
      </ol>
    </section>
  );
}
