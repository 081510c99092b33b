// Builds the console into dist/, which the binary embeds; in development it forwards the API to a gateway.

import { defineConfig, type Plugin } from "vite";

/// Scripts, styles and connections only of our own origin. In development Vite itself needs more.
const POLICY = [
  "default-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

function contentSecurityPolicy(): Plugin {
  return {
    name: "content-security-policy",
    apply: "build",
    transformIndexHtml: () => [
      { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: POLICY }, injectTo: "head-prepend" },
    ],
  };
}

const gateway = process.env.EARSHOT_URL ?? "http://127.0.0.1:4173";

export default defineConfig({
  // Relative, so that the console works below any path it is served from.
  base: "./",
  plugins: [contentSecurityPolicy()],
  build: {
    // What knows `light-dark()`: every browser of the last two years.
    target: ["chrome123", "firefox121", "safari17.5"],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  server: { host: "127.0.0.1", proxy: { "/api": gateway } },
});
