// A draft cut where something was found in it, so that each place can be marked.

export interface Marked {
  start: number;
  end: number;
  stops: boolean;
}

export interface Piece {
  text: string;
  mark: "" | "stop" | "warning";
}

/** Cuts a text at what was found; where two overlap, what stops is marked. What has no length is not marked. */
export function pieces(text: string, found: readonly Marked[]): Piece[] {
  const marks: Piece["mark"][] = new Array(text.length).fill("");
  for (const { start, end, stops } of found) {
    for (let at = start; at < Math.min(end, text.length); at++) {
      if (marks[at] !== "stop") marks[at] = stops ? "stop" : "warning";
    }
  }
  const cut: Piece[] = [];
  for (let at = 0; at < text.length; at++) {
    const mark = marks[at] ?? "";
    const last = cut.at(-1);
    if (last?.mark === mark) last.text += text.charAt(at);
    else cut.push({ text: text.charAt(at), mark });
  }
  return cut;
}
