// The console's icons: plain strokes in the colour of the text beside them, always with words.

const PATHS = {
  wall: "M3 5h18v12H3zM8 21h8M12 17v4",
  inbox: "M3 13l3-8h12l3 8v6H3zM3 13h5l1.5 3h5L16 13h5",
  brand: "M4 20V8l8-5 8 5v12M9 20v-6h6v6M4 20h16",
  ledger: "M5 4h14v16H5zM9 8h6M9 12h6M9 16h3",
  filter: "M3 5h18l-7 8v6l-4-2v-4z",
  chart: "M4 20V4M4 20h16M8 16v-4M12 16V8M16 16v-6",
  bell: "M6 16V11a6 6 0 0 1 12 0v5l1.500 2h-15zM10 20.500h4",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  globe: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7v5l3.5 2",
  person: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8M4.5 20c1-4 4-5.5 7.5-5.5s6.5 1.5 7.5 5.5",
  note: "M5 4h14v11l-5 5H5zM14 20v-5h5",
  phone:
    "M6 3h4l1.5 5-2.5 2a11 11 0 0 0 5 5l2-2.5 5 1.5v4c0 1.5-1 2.5-2.5 2.5C10 20 4 14 3.500 5.500 3.500 4 4.500 3 6 3z",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  flame:
    "M12 3c1 4 5 5.500 5 10.500A5 5 0 0 1 12 21a5 5 0 0 1-5-6.500C7 12 9 11 9 8c1.500.500 2 1.500 2.500 3C12.500 9 12.500 6 12 3z",
  check: "M5 12.500l4.500 4.500L19 7.500",
  warn: "M12 4l9 16H3zM12 10v4M12 17v.5",
  send: "M4 12l16-8-6 16-2.500-6.500z",
  full: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M16 16l5 5",
  keyboard: "M3 7h18v10H3zM7 11h.5M11 11h.5M15 11h.5M8 14h8",
  book: "M5 4h10a4 4 0 0 1 4 4v12H9a4 4 0 0 1-4-4zM9 8h6M9 12h6",
  right: "M9 5l7 7-7 7",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** Earshot's mark: a voice, and who hears it. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <circle class="mark-voice" cx="7.5" cy="16" r="3.2" />
      <path class="mark-wave" d="M13.500 9.500a7.500 7.500 0 0 1 0 13" />
      <path class="mark-wave" d="M18 5a13 13 0 0 1 0 22" />
    </svg>
  );
}
