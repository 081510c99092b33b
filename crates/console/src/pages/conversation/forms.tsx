// The small forms of the desk: what is filled in, the button that does it, and why it was refused.

import type { ComponentChildren } from "preact";
import { t } from "../../i18n";
import { Refused } from "../../ui/refusal";

interface FormProps {
  name: string;
  doing: { busy: boolean; refused: string };
  /** Something is still missing. */
  blocked?: boolean;
  onSubmit: () => void;
  onCancel: () => void;
  children: ComponentChildren;
}

export function Form({ name, doing, blocked = false, onSubmit, onCancel, children }: FormProps) {
  return (
    <form
      class="panel desk-form"
      aria-label={name}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
      <p class="row-of-buttons">
        <button type="submit" class="button button-strong" disabled={doing.busy || blocked}>
          {name}
        </button>
        <button type="button" class="button button-quiet" onClick={onCancel}>
          {t("cancel")}
        </button>
      </p>
      <Refused text={doing.refused} />
    </form>
  );
}

interface FieldProps {
  label: string;
  hint: string;
  value: string;
  onInput: (text: string) => void;
}

export function Field({ label, hint, value, onInput }: FieldProps) {
  return (
    <label class="field field-wide">
      <span>{label}</span>
      <input
        type="text"
        dir="auto"
        value={value}
        placeholder={hint}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  );
}

interface PickProps {
  label: string;
  value: string;
  none?: string | undefined;
  options: [string, string][];
  onPick: (value: string) => void;
}

export function Pick({ label, value, none, options, onPick }: PickProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={(event) => onPick(event.currentTarget.value)}>
        {none !== undefined && <option value="">{none}</option>}
        {options.map(([id, name]) => (
          <option key={id} value={id} selected={id === value}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
