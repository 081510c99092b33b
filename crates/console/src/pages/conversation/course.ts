// The facts of the desk's course as sentences: who was offered it, what raised it, which calls were promised, and what
// was written down about the customer or the brand.

import { readNumber, readTime } from "../../api/model";
import type { FactJson } from "../../gen/earshot/conversation/v1/facts_pb";
import { compact, named, num, t, word } from "../../i18n";
import { because, type Names } from "./names";

/** What the settings and the clock did. */
export function steered(fact: FactJson, { team, person, time }: Names): string | undefined {
  if (fact.placed) {
    const reason = word("placed", fact.placed.reason ?? "");
    const key = fact.placed.homeTeam ? "fact.placed" : "fact.placed.home";
    return because(t(key, { team: team(fact.placed.team), home: team(fact.placed.homeTeam) }), reason);
  }
  if (fact.offered) {
    return t("fact.offered", { person: person(fact.offered.person), time: time(fact.offered.until) });
  }
  if (fact.offerLapsed) {
    const reason = word("lapsed", fact.offerLapsed.reason ?? "");
    return because(t("fact.offerLapsed", { person: person(fact.offerLapsed.person) }), reason);
  }
  if (fact.flagRaised) {
    const { flag = "", reason = "", measured, threshold } = fact.flagRaised;
    const what = word("measured", reason);
    const values = { what, count: compact(readNumber(measured)), threshold: compact(readNumber(threshold)) };
    const why = readNumber(threshold) > 0 ? t("press.measured", values) : what;
    return because(t("fact.flagRaised", { flag: word("flag", flag) }), why);
  }
  if (fact.flagLowered) {
    const why = word("measured", fact.flagLowered.reason ?? "");
    return because(t("fact.flagLowered", { flag: word("flag", fact.flagLowered.flag ?? "") }), why);
  }
  if (fact.incidentJoined) return t("fact.incidentJoined");
  if (fact.deadlineWarned) return t("fact.deadlineWarned", { time: time(fact.deadlineWarned.dueAt) });
  if (fact.surgeDetected) {
    const { region = "", topic = "", seen } = fact.surgeDetected;
    return t("fact.surgeDetected", { region: named(region), topic: named(topic), n: num(seen ?? 0) });
  }
  if (fact.surgeEnded) return t("fact.surgeEnded", { n: num(fact.surgeEnded.posts ?? 0) });
  return undefined;
}

/** What people of the brand did beside answering. */
export function promised(fact: FactJson, { person, time, team }: Names): string | undefined {
  if (fact.deescalated) {
    const { by, fromTeam, reason } = fact.deescalated;
    const values = { person: person(by), team: team(fromTeam) };
    return because(t(by ? "fact.deescalated.by" : "fact.deescalated", values), reason);
  }
  if (fact.callbackBooked) return t("fact.callbackBooked", { time: time(fact.callbackBooked.dueAt) });
  if (fact.callbackDue) return t("fact.callbackDue", { time: time(fact.callbackDue.dueAt) });
  if (fact.callbackDone) return t("fact.callbackDone", { person: person(fact.callbackDone.person) });
  if (fact.callbackMissed) return t("fact.callbackMissed", { time: time(fact.callbackMissed.dueAt) });
  if (fact.draftStopped) {
    const stops = (fact.draftStopped.stops ?? []).map((stop) => word("guard", stop)).join(", ");
    return because(t("fact.draftStopped", { person: person(fact.draftStopped.person) }), stops);
  }
  if (fact.postBroughtBack) {
    const { person: by, reason } = fact.postBroughtBack;
    return because(t("fact.postBroughtBack", { person: person(by) }), reason);
  }
  return undefined;
}

/** What stands on the customer. */
export function aboutCustomer(fact: FactJson, { person, team, time }: Names): string | undefined {
  if (fact.customerTeamSet) {
    return because(t("fact.customerTeamSet", { team: team(fact.customerTeamSet.team) }), fact.customerTeamSet.reason);
  }
  if (fact.teamChoiceChanged) {
    return t(fact.teamChoiceChanged.optedOut ? "fact.optedOut" : "fact.optedIn");
  }
  if (fact.customerProfiled) return t("fact.customerProfiled");
  if (fact.answerWayChosen) return t("fact.answerWayChosen", { person: person(fact.answerWayChosen.person) });
  if (fact.profilesLinked) {
    return because(
      t("fact.profilesLinked", { person: person(fact.profilesLinked.person) }),
      fact.profilesLinked.reason,
    );
  }
  if (fact.profilesUnlinked) {
    const { person: by, reason } = fact.profilesUnlinked;
    return because(t("fact.profilesUnlinked", { person: person(by) }), reason);
  }
  if (fact.exceptionGranted) return t("fact.exceptionGranted", { person: person(fact.exceptionGranted.person) });
  if (fact.promiseMade) {
    const { person: by, dueAt } = fact.promiseMade;
    const key = readTime(dueAt) === undefined ? "fact.promiseMade" : "fact.promiseMade.by";
    return t(key, { person: person(by), time: time(dueAt) });
  }
  if (fact.promiseKept) return t("fact.promiseKept", { person: person(fact.promiseKept.person) });
  return undefined;
}
