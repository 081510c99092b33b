// A gateway of made-up conversations, for working on the console and for its browser tests. It has the shapes of the
// real one and its habits (refusals, resume, reset), in memory and without the rest of the system.
//
//   node dev/mock-gateway.mjs [--port 4173] [--every MS] [--dist DIR] [--json]
//
// Beside the API it answers POST /mock/pause and /mock/play.

import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { keepPlaying, playPast } from "./mock/play.mjs";
import { answer } from "./mock/routes.mjs";
import { stream } from "./mock/stream.mjs";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "4173" },
    json: { type: "boolean", default: false },
    every: { type: "string", default: "2500" },
    dist: { type: "string", default: fileURLToPath(new URL("../dist", import.meta.url)) },
  },
});

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};
const player = keepPlaying(playPast(), Number(values.every));

const server = createServer(async (request, response) => {
  const url = new URL(request.url, "http://mock");
  if (url.pathname === "/api/v1/events") return stream(request, response, url.searchParams);
  if (url.pathname.startsWith("/mock/")) {
    player.pause(url.pathname === "/mock/pause");
    return response.end("{}");
  }
  if (url.pathname.startsWith("/api/")) return api(request, response, url);
  return file(response, url.pathname);
});

async function api(request, response, url) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString("utf8");
  const { status = 200, json } = answer(request.method, url, body);
  const type = status < 400 ? "application/json" : "application/problem+json";
  response.writeHead(status, { "content-type": type, "cache-control": "no-store" });
  response.end(JSON.stringify(json));
}

function file(response, path) {
  const name = normalize(path === "/" ? "/index.html" : path).replace(/^(\.\.[/\\])+/, "");
  const found = join(values.dist, name);
  if (!existsSync(found) || !extname(found)) {
    response.writeHead(404);
    return response.end("not here; build the console first: npm run build");
  }
  response.writeHead(200, { "content-type": TYPES[extname(found)] ?? "application/octet-stream" });
  return response.end(readFileSync(found));
}

server.listen(Number(values.port), "127.0.0.1", () => {
  const address = `http://127.0.0.1:${server.address().port}`;
  console.log(values.json ? JSON.stringify({ console: address }) : `mock gateway on ${address}`);
});
