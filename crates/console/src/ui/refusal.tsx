// Why something was refused, beside the button that was pressed.

export function Refused({ text }: { text: string }) {
  return (
    <p class={text ? "refused" : "hidden"} role="alert">
      {text}
    </p>
  );
}
