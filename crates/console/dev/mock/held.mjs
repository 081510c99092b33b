// The mock's answers that do not leave by themselves: those that somebody has to agree to, halves, and windows.

const HOUR = 3_600_000;

export const held = () => ({ proposals: [] });

export const HELD = {
  replyProposed: (state, one, at) => state.proposals.push({ ...one, at }),
  replyApproved: (state, one) => decided(state, one.proposalId),
  replySentBack: (state, one) => decided(state, one.proposalId),
  replyResumed: (state, { replies }) => {
    for (const { replyId } of replies) Object.assign(state.replies.get(replyId), { status: "submitted" });
  },
  replyGivenUp: (state, { replyId }) => Object.assign(state.replies.get(replyId), { givenUp: true }),
};

function decided(state, proposal) {
  state.proposals = state.proposals.filter((one) => one.proposalId !== proposal);
}

/** The answer whose part failed for good, and that nobody gave up. */
export function unfinished(state) {
  const all = [...state.replies.entries()];
  const [replyId, failed] = all.findLast(([, one]) => one.status === "failed" && !one.givenUp) ?? [];
  if (!failed) return undefined;
  const { part = 1, parts = 1, reason } = failed;
  return { replyId, part, parts, ...(part > 1 && { partsSent: part - 1 }), reason };
}

/** As the wire has it. */
export function heldOf(state, stamp) {
  const proposals = state.proposals.map(({ proposalId, person, why, at }) => ({
    proposalId,
    person,
    why,
    proposedAt: stamp(at),
  }));
  return {
    ...(proposals.length && { proposals }),
    unfinished: unfinished(state),
    window: windowOf(state, stamp),
  };
}

function windowOf({ network, posts }, stamp) {
  const newest = Math.max(0, ...posts.filter((post) => post.private).map((post) => post.at));
  if (!newest || !["whatsapp", "facebook", "instagram"].includes(network)) return undefined;
  const person = network === "whatsapp" ? {} : { personUntil: stamp(newest + 7 * 24 * HOUR) };
  return { openedAt: stamp(newest), closesAt: stamp(newest + 24 * HOUR), ...person };
}
