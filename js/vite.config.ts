import { resolve } from "node:path";
import react from "@vitejs/plugin-react";
import { esmExternalRequirePlugin } from "vite";
import { defineConfig } from "vitest/config";

/** What the FiftyOne 1.22 App puts on `window` for plugins. */
const GLOBALS: Record<string, string> = {
  react: "React",
  "react-dom": "ReactDOM",
  recoil: "recoil",
  "@mui/material": "__mui__",
  "@fiftyone/components": "__foc__",
  "@fiftyone/operators": "__foo__",
  "@fiftyone/plugins": "__fop__",
  "@fiftyone/spaces": "__fosp__",
  "@fiftyone/state": "__fos__",
};

export default defineConfig(({ command }) => ({
  plugins: [
    react(),
    // react/jsx-runtime is CommonJS and no global of the App, so it is bundled.
    // Without this plugin its require("react") would stay in the output, which
    // the App cannot run. It also makes these names external.
    esmExternalRequirePlugin({ external: Object.keys(GLOBALS) }),
  ],
  // library builds leave process.env alone, and a browser has no process;
  // under vitest this would switch React to its production build (no act())
  define: command === "build" ? { "process.env.NODE_ENV": '"production"' } : {},
  build: {
    target: "es2020",
    sourcemap: false,
    lib: {
      entry: "src/index.tsx",
      name: "MilvusVectorSearch",
      formats: ["umd"],
      fileName: () => "index.umd.js",
    },
    rolldownOptions: { output: { globals: GLOBALS } },
  },
  test: {
    environment: "happy-dom",
    // a machine that does more beside this takes longer than five seconds
    testTimeout: 30_000,
    // by default one core is left idle
    maxWorkers: "100%",
    // to load MUI anew for each file takes longer than all tests
    isolate: false,
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test/setup.ts"],
    // none of these is on npm, so there is nothing to resolve: one stand-in
    alias: [
      {
        find: /^@fiftyone\/\w+$/,
        replacement: resolve(import.meta.dirname, "src/test/fiftyone.tsx"),
      },
    ],
  },
}));
