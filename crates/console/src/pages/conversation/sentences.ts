// Each fact as a sentence. Names of people and teams are the brand's own; customers' words never stand in one.

import { readNumber, readOutcome, readPriority } from "../../api/model";
import type { FactJson, ReplySubmittedJson } from "../../gen/earshot/conversation/v1/facts_pb";
import type { ActorJson } from "../../gen/earshot/conversation/v1/record_pb";
import { compact, duration, languageName, named, num, t, word } from "../../i18n";
import type { HeldFacts } from "../../lib/held";
import { labelName } from "../../lib/labels";
import { HEADS } from "../../lib/reading";
import { networkName, words } from "../../lib/text";
import { factKind } from "../../lib/timeline";
import { personName } from "../../live/brands";
import { aboutCustomer, promised, steered } from "./course";
import { whyItWaits } from "./held";
import { because, type Names, namesOf } from "./names";

/** `now` decides whether a time needs its date. */
export function sentence(fact: FactJson, brand: string, now: number): string {
  const names = namesOf(brand, now);
  const said = received(fact) ?? decided(fact, names) ?? steered(fact, names) ?? worked(fact, names);
  const after =
    said ??
    promised(fact, names) ??
    heldBack(fact as FactJson & HeldFacts, names) ??
    answered(fact, names) ??
    ended(fact, names);
  return after ?? aboutCustomer(fact, names) ?? t("fact.unknown", { name: factKind(fact) ?? "" });
}

function received(fact: FactJson): string | undefined {
  if (fact.postReceived) {
    const network = networkName(fact.postReceived.network ?? "");
    return t(fact.postReceived.backfill ? "fact.postReceived.backfill" : "fact.postReceived", { network });
  }
  if (fact.postEdited) return t("fact.postEdited");
  if (fact.postDeleted) return t("fact.postDeleted");
  if (fact.engagementObserved) {
    const count = (value: string | undefined) => compact(readNumber(value));
    const { shares, comments, likes, views } = fact.engagementObserved;
    const counts = { shares: count(shares), comments: count(comments), likes: count(likes), views: count(views) };
    return t("fact.engagementObserved", counts);
  }
  if (fact.contactRecorded) return t("fact.contactRecorded", { via: named(fact.contactRecorded.via ?? "") });
  if (fact.postFiltered) return t("fact.postFiltered", { rule: named(fact.postFiltered.rule ?? "") });
  if (fact.replyObserved) return t("fact.replyObserved", { network: networkName(fact.replyObserved.network ?? "") });
  return undefined;
}

function decided(fact: FactJson, { team, time }: Names): string | undefined {
  if (fact.postClassified) {
    const { intent, sentiment, language } = fact.postClassified;
    return t("fact.postClassified", {
      intent: word("intent", intent?.label ?? ""),
      sentiment: word("sentiment", sentiment?.label ?? ""),
      language: languageName(language?.label ?? ""),
    });
  }
  if (fact.classificationCorrected) {
    const { head = "", was = "", label = "" } = fact.classificationCorrected;
    const name = (one: string) => named(one ? labelName(head, one) : t("read.nothing"));
    return t("fact.classificationCorrected", { head: word("head", head), was: name(was), label: name(label) });
  }
  if (fact.postReclassified) {
    const reread = fact.postReclassified;
    const labels = HEADS.flatMap((head) => (reread[head]?.label ? labelName(head, reread[head].label) : []));
    return t("fact.postReclassified", { version: named(reread.modelVersion ?? ""), read: labels.join(", ") });
  }
  if (fact.conversationOpened) return t("fact.conversationOpened");
  if (fact.routed) {
    const priority = t(`priority.${readPriority(fact.routed.priority)}`);
    return t("fact.routed", { team: team(fact.routed.team), rule: named(fact.routed.rule ?? ""), priority });
  }
  if (fact.deadlineSet) {
    const key = fact.deadlineSet.kind === "DEADLINE_KIND_NEXT_RESPONSE" ? "fact.deadlineSet.next" : "fact.deadlineSet";
    const target = duration((fact.deadlineSet.targetSeconds ?? 0) * 1_000);
    return t(key, { time: time(fact.deadlineSet.dueAt), target });
  }
  if (fact.deadlineBreached) return t("fact.deadlineBreached", { time: time(fact.deadlineBreached.dueAt) });
  return undefined;
}

function worked(fact: FactJson, { person, team }: Names): string | undefined {
  if (fact.claimed) return t("fact.claimed", { person: person(fact.claimed.person) });
  if (fact.released) {
    return because(t("fact.released", { person: person(fact.released.person) }), fact.released.reason);
  }
  if (fact.handedOff) {
    const { by, fromTeam, toTeam, toPerson, reason } = fact.handedOff;
    const to = toPerson ? `${team(toTeam)}, ${person(toPerson)}` : team(toTeam);
    return because(t("fact.handedOff", { person: person(by), from: team(fromTeam), to }), reason);
  }
  if (fact.escalated) {
    const { by, toTeam, reason } = fact.escalated;
    const to = toTeam ? team(toTeam) : t("fact.crisis");
    return because(
      by ? t("fact.escalated.by", { person: person(by), team: to }) : t("fact.escalated", { team: to }),
      reason,
    );
  }
  if (fact.noteAdded) return t("fact.noteAdded", { person: person(fact.noteAdded.person) });
  return undefined;
}

function heldBack(fact: HeldFacts, { person, time }: Names): string | undefined {
  if (fact.replyProposed) {
    const why = (fact.replyProposed.why ?? []).map(whyItWaits).join(", ");
    return because(t("fact.replyProposed", { person: person(fact.replyProposed.person) }), why);
  }
  if (fact.replyApproved) return t("fact.replyApproved", { person: person(fact.replyApproved.person) });
  if (fact.replySentBack) {
    return because(t("fact.replySentBack", { person: person(fact.replySentBack.person) }), fact.replySentBack.reason);
  }
  if (fact.replyResumed) return t("fact.replyResumed", { person: person(fact.replyResumed.person) });
  if (fact.replyGivenUp) {
    return because(t("fact.replyGivenUp", { person: person(fact.replyGivenUp.person) }), fact.replyGivenUp.reason);
  }
  if (fact.windowWarned) return t("fact.windowWarned", { time: time(fact.windowWarned.closesAt) });
  return undefined;
}

function submitted(reply: ReplySubmittedJson, person: Names["person"]): string {
  const { notice, overrode, part = 1, parts = 1 } = reply;
  if (notice) return because(t("fact.noticeSubmitted"), word("notice", notice));
  const by = { person: person(reply.person) };
  if (overrode) return because(t("fact.replySubmitted.overrode", by), overrode);
  return because(t("fact.replySubmitted", by), parts > 1 ? t("case.part", { n: part, of: parts }) : "");
}

function answered(fact: FactJson, { person, time }: Names): string | undefined {
  if (fact.replySubmitted) return submitted(fact.replySubmitted, person);
  if (fact.replyAttempted) return t("fact.replyAttempted", { n: fact.replyAttempted.attempt ?? 1 });
  if (fact.replySent) {
    const { how } = fact.replySent;
    return how === "settled" || how === "looked_up" ? t(`fact.replySent.${how}`) : t("fact.replySent");
  }
  if (fact.replyFailed) {
    const { attempt, reason = "", isFinal, retryAt } = fact.replyFailed;
    if (isFinal) return t("fact.replyFailed.final", { reason: words(reason) });
    return t("fact.replyFailed", { n: attempt ?? 1, reason: words(reason), time: time(retryAt) });
  }
  if (fact.replyInDoubt) return t("fact.replyInDoubt", { reason: words(fact.replyInDoubt.reason ?? "") });
  return undefined;
}

function ended(fact: FactJson, { person }: Names): string | undefined {
  if (fact.resolved) {
    const known = readOutcome(fact.resolved.outcome);
    const outcome = known ? t(`outcome.${known}`) : "–";
    if (!fact.resolved.person) return t("fact.resolved.itself", { outcome });
    return t("fact.resolved", { person: person(fact.resolved.person), outcome });
  }
  if (fact.reopened) {
    const by = fact.reopened.person;
    return because(by ? t("fact.reopened.by", { person: person(by) }) : t("fact.reopened"), fact.reopened.reason);
  }
  if (fact.merged) return because(t("fact.merged"), fact.merged.reason);
  if (fact.absorbed) {
    return because(t("fact.absorbed", { n: num(fact.absorbed.postKeys?.length ?? 0) }), fact.absorbed.reason);
  }
  if (fact.settingsPublished)
    return t("fact.settingsPublished", { version: named(fact.settingsPublished.version ?? "") });
  if (fact.presenceChanged) return t("fact.presenceChanged", { person: person(fact.presenceChanged.person) });
  if (fact.intakeCounted) return t("fact.intakeCounted", { source: named(fact.intakeCounted.source ?? "") });
  return undefined;
}

export function actorName(actor: ActorJson, brand: string): string {
  switch (actor.kind) {
    case "ACTOR_KIND_SERVICE":
      return t("actor.SERVICE", { name: actor.name ?? "" });
    case "ACTOR_KIND_PERSON":
      return personName(brand, actor.name ?? "");
    case "ACTOR_KIND_IMPORT":
      return t("actor.IMPORT");
    default:
      return t("actor.CUSTOMER");
  }
}
