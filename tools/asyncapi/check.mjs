// Holds AsyncAPI documents to AsyncAPI's own parser: each error and warning on a line, and a failure at the first of them.
//
//     node check.mjs FILE...

import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

/** That a newer version of the specification exists is no fault of a document. */
const NEWS = "asyncapi-latest-version";
const WARNING = 1;

const files = process.argv.slice(2);
if (files.length === 0) throw new Error("name the documents to check");
let faults = 0;
for (const file of files) {
  const { document, diagnostics } = await new Parser().parse(readFileSync(file, "utf8"));
  for (const { code, message, path, severity } of diagnostics) {
    if (code === NEWS || severity > WARNING) continue;
    faults += 1;
    console.error(`${file}: ${path.join(".")}: ${message} (${code})`);
  }
  if (!document && faults === 0) throw new Error(`${file}: the parser makes nothing of it`);
  if (document) console.log(`${file}: ${document.allMessages().length} messages, ${document.allChannels().length} channels`);
}
process.exitCode = faults > 0 ? 1 : 0;
