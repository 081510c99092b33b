// Who writes an answer at this moment, as the stream tells it. It is nowhere written down, and fades by itself.

import { signal } from "@preact/signals";
import type { WritingJson } from "../gen/earshot/conversation/v1/conversation_service_pb";
import { now, serverNow } from "../lib/clock";
import { isMine } from "./me";

/** Who has written no letter for so long has stopped, or has sent it. */
export const FADES_MS = 12_000;

export interface Writer {
  conversation: string;
  brand: string;
  person: string;
  /** When this browser was told. */
  at: number;
}

const writers = signal<readonly Writer[]>([]);

/** One more word of somebody who writes takes the place of the one before. */
export function takeWriting(known: readonly Writer[], told: Writer): Writer[] {
  const other = (one: Writer) => one.conversation !== told.conversation || one.person !== told.person;
  return [...known.filter((one) => other(one) && told.at - one.at < FADES_MS), told];
}

export function learnWriting({ conversationId = "", brand = "", person = "" }: WritingJson): void {
  if (!conversationId || !person) return;
  writers.value = takeWriting(writers.peek(), { conversation: conversationId, brand, person, at: serverNow() });
}

/** Forgets one whose answer is there. */
export function hasWritten(conversation: string): void {
  const rest = writers.peek().filter((one) => one.conversation !== conversation);
  if (rest.length < writers.peek().length) writers.value = rest;
}

/** The others who write in a conversation now. */
export function othersWriting(conversation: string): Writer[] {
  const here = writers.value.filter((one) => one.conversation === conversation && !isMine(one.brand, one.person));
  return here.length > 0 ? here.filter((one) => now.value - one.at < FADES_MS) : here;
}
