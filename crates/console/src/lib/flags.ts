// Why a conversation needs more than its turn, out of its records: each flag with what was measured and from where on
// it counts, and when it came down again.

import { type Entry, readNumber } from "../api/model";

export interface Raised {
  flag: string;
  reason: string;
  measured: number;
  /** 0 where nothing is counted. */
  threshold: number;
  at: number;
  lowered?: { at: number; reason: string } | undefined;
}

/** The newest raising of each flag, those that are up first. */
export function raisedFlags(entries: readonly Entry[]): Raised[] {
  const known = new Map<string, Raised>();
  for (const { at, facts } of entries) {
    for (const { flagRaised, flagLowered } of facts) {
      if (flagRaised?.flag) {
        const { flag, reason = "", measured, threshold } = flagRaised;
        known.delete(flag);
        known.set(flag, { flag, reason, measured: readNumber(measured), threshold: readNumber(threshold), at });
      }
      const up = flagLowered && known.get(flagLowered.flag ?? "");
      if (up) up.lowered = { at, reason: flagLowered.reason ?? "" };
    }
  }
  return [...known.values()].sort((a, b) => Number(a.lowered !== undefined) - Number(b.lowered !== undefined));
}

/** When the team was warned of the clock that runs now, by kind of clock. */
export function warnedAt(entries: readonly Entry[]): Map<string, number> {
  const warned = new Map<string, number>();
  for (const { at, facts } of entries) {
    for (const { deadlineSet, deadlineWarned } of facts) {
      if (deadlineSet?.kind) warned.delete(deadlineSet.kind);
      if (deadlineWarned?.kind) warned.set(deadlineWarned.kind, at);
    }
  }
  return warned;
}

/** The version of the settings that the newest decision up to here was made by. */
export function settingsVersion(entries: readonly Entry[]): string {
  let found = "";
  for (const { facts } of entries) {
    for (const fact of facts) {
      const stamped = fact.routed ?? fact.placed ?? fact.offered ?? fact.flagRaised ?? fact.deadlineSet;
      if (stamped?.settingsVersion) found = stamped.settingsVersion;
    }
  }
  return found;
}
