"use strict";
// The page: the timeline grows by itself, and what is written here is posted.

const timeline = document.getElementById("timeline");
const write = document.getElementById("write");
const parent = document.getElementById("parent");
const stats = document.getElementById("stats");
const MAX_SHOWN_MESSAGES = 500;
let inAnswerTo = null;

function follow() {
  const live = new EventSource(`/timeline/live?after=${document.body.dataset.last}`);
  live.addEventListener("message", (event) => {
    // Made by the server, with everything that a person wrote escaped.
    timeline.insertAdjacentHTML("afterbegin", event.data);
    while (timeline.childElementCount > MAX_SHOWN_MESSAGES) timeline.lastElementChild.remove();
    count();
  });
  live.addEventListener("reset", () => location.reload());
}

async function count() {
  const answer = await fetch("/stats");
  if (!answer.ok) return;
  const n = await answer.json();
  stats.textContent =
    `${n.posts} posts, ${n.posts_delivered} delivered; ${n.received} sends: ${n.distinct} replies posted, ` +
    `${n.repeats} repeats recognised, ${n.refused_fault} refused, ${n.doubled} doubled`;
  stats.classList.toggle("bad", n.doubled > 0);
}

async function send(path, method, body) {
  const answer = await fetch(path, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.detail || said.title);
  return said;
}

function answering(id) {
  inAnswerTo = id;
  parent.hidden = id === null;
  parent.querySelector("bdi").textContent = id ?? "";
}

timeline.addEventListener("click", (event) => {
  const reply = event.target.closest("button")?.closest("li.reply");
  if (!reply) return;
  answering(reply.dataset.id);
  write.elements.brand.value = reply.dataset.brand;
  write.elements.network.value = reply.dataset.network;
  write.elements.private.checked = reply.classList.contains("private");
  write.elements.text.focus();
});
parent.querySelector("button").addEventListener("click", () => answering(null));

write.addEventListener("submit", async (event) => {
  event.preventDefault();
  const said = document.getElementById("said");
  const fields = write.elements;
  const handle = fields.handle.value.replace(/^@/, "");
  try {
    const answer = await send("/posts", "POST", {
      brand: fields.brand.value,
      network: fields.network.value,
      author: {
        id: handle,
        name: fields.name.value || handle,
        handle,
        followers: Number(fields.followers.value) || 0,
        region: fields.region.value,
      },
      text: fields.text.value,
      private: fields.private.checked,
      in_reply_to: inAnswerTo,
    });
    said.textContent = {
      delivered: "Posted, and the brand has it.",
      later: "Posted. The brand does not answer just now; it is tried again.",
      refused: "Posted, but the brand's webhook refused it.",
      off: "Posted. No brand is connected.",
    }[answer.delivery];
    fields.text.value = "";
    answering(null);
  } catch (error) {
    said.textContent = `Not posted: ${error.message}`;
  }
});

document.getElementById("fault").addEventListener("submit", async (event) => {
  event.preventDefault();
  const ahead = document.getElementById("ahead");
  try {
    const faults = await (await fetch("/faults")).json();
    faults.sequence.push(event.target.elements.fault.value);
    const now = await send("/faults", "PUT", faults);
    ahead.textContent = `Next: ${now.sequence.join(", ")}`;
  } catch (error) {
    ahead.textContent = error.message;
  }
});

document.getElementById("show-private").addEventListener("change", (event) => {
  timeline.classList.toggle("no-private", !event.target.checked);
});

follow();
count();
