// The stream of the mock: what changes, as it changes, and figures once a second.

import { changesAfter, fold, lastSequence, onAppend, onWriting, summaryOf } from "./log.mjs";
import { minutes, rows } from "./measure.mjs";
import { onNews } from "./people.mjs";

const HEARTBEAT_MS = 15_000;
const MEASURES_MS = 1_000;

export function stream(request, response, query) {
  response.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
  });
  const send = (name, data, id) =>
    response.write(`${id ? `id: ${id}\n` : ""}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  const tell = ({ sequence, conversation: id, kinds }) =>
    send("conversation", { sequence: String(sequence), conversation: summaryOf(fold(id)), factKinds: kinds }, sequence);
  response.write("retry: 1000\n\n");
  const after = Number(request.headers["last-event-id"] ?? query.get("after") ?? 0);
  const missed = after > 0 ? changesAfter(after) : [];
  if (missed === undefined || after > lastSequence()) send("reset", {}, lastSequence());
  else for (const change of missed) tell(change);
  const measure = (snapshot) =>
    send("measures", { sequence: String(lastSequence()), rows: rows(["BRAND"]), snapshot, minutes: minutes() });
  measure(true);
  let dirty = false;
  const stop = onAppend((change) => {
    dirty = true;
    tell(change);
  });
  const deaf = onWriting((writing) => send("writing", writing));
  const person = query.get("person");
  const unread = onNews((one) => one.person === person && send("news", one));
  const measuring = setInterval(() => {
    if (dirty) measure(false);
    dirty = false;
  }, MEASURES_MS);
  const beating = setInterval(() => response.write(": here\n\n"), HEARTBEAT_MS);
  request.on("close", () => {
    stop();
    deaf();
    unread();
    clearInterval(measuring);
    clearInterval(beating);
  });
}
