// Unit tests of the pure parts, beside the code.

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["src/**/*.test.ts"], environment: "node", env: { TZ: "UTC" } },
});
