import reactHooks from "eslint-plugin-react-hooks";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

/** The folders of `src/`, and which others each may import from. */
const LAYERS = {
  hooks: [],
  api: ["hooks"],
  ui: ["hooks", "api"],
  jobs: ["hooks", "api", "ui"],
  search: ["hooks", "api", "ui"],
  indexes: ["hooks", "api", "ui", "jobs"],
  find: ["hooks", "api", "ui", "jobs"],
  server: ["hooks", "api", "ui"],
  panel: ["hooks", "api", "ui", "jobs", "search", "find", "indexes", "server"],
};

const CLIMBS = { regex: "^\\.\\./\\.\\./", message: "Import from a folder beside this one." };
const APP_STATE = {
  regex: "^(recoil|@fiftyone/(state|spaces))$",
  message: "Take the App's state from hooks/appState.",
};
const OPERATORS = { regex: "^@fiftyone/operators$", message: "Call Python through api/." };

const layers = Object.entries(LAYERS).map(([folder, allowed]) => {
  const others = Object.keys(LAYERS).filter((other) => other !== folder && !allowed.includes(other));
  const above = { regex: `^\\.\\./(${[...others, "test"].join("|")})/`, message: `${folder}/ can't import from there.` };
  const calls = ["api", "hooks"].includes(folder) ? [] : [OPERATORS];
  return {
    files: [`src/${folder}/*`],
    ignores: ["**/*.test.*", "src/hooks/appState.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: [CLIMBS, above, APP_STATE, ...calls] }] },
  };
});

/** What a person reads is in the strings module of its folder. */
const TEXT = "/\\p{L}\\p{Ll}/u";
const ATTRIBUTES = "/^(label|title|placeholder|hint|helperText|text|action|acting|alt|closeText|aria-label)$/";
const message = "Put what a person reads into the folder's strings.ts.";

export default defineConfig(
  globalIgnores(["dist", "node_modules"]),
  tseslint.configs.strict,
  tseslint.configs.stylistic,
  reactHooks.configs.flat.recommended,
  {
    rules: {
      eqeqeq: ["error", "always"],
      "no-console": "error",
      "max-lines": ["error", { max: 200, skipBlankLines: true }],
      "@typescript-eslint/consistent-type-imports": "error",
    },
  },
  ...layers,
  {
    files: ["src/**/*.tsx"],
    ignores: ["**/*.test.*", "src/test/*"],
    rules: {
      "no-restricted-syntax": [
        "error",
        { selector: `JSXText[value=${TEXT}]`, message },
        {
          selector: "JSXOpeningElement[name.name='Tooltip']:not(:has(JSXAttribute[name.name='disableInteractive']))",
          message: "A tooltip that takes the pointer covers what is beside it: set disableInteractive.",
        },
        ...["", " > JSXExpressionContainer", " > JSXExpressionContainer > ConditionalExpression"].flatMap((within) => [
          { selector: `JSXAttribute[name.name=${ATTRIBUTES}]${within} > Literal[value=${TEXT}]`, message },
          {
            selector: `JSXAttribute[name.name=${ATTRIBUTES}]${within} > TemplateLiteral > TemplateElement[value.raw=${TEXT}]`,
            message,
          },
        ]),
      ],
    },
  },
  { files: ["**/*.test.{ts,tsx}"], rules: { "max-lines": "off" } },
);
