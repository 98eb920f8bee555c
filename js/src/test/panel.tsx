import { render } from "@testing-library/react";
import userEvent, { type UserEvent } from "@testing-library/user-event";
import { useRef, type ReactNode } from "react";
import { RecoilRoot, type MutableSnapshot } from "recoil";
import { ApiProvider } from "../api/ApiProvider";
import type { Uris } from "../api/client";
import { ScrollContext } from "../hooks/ScrollContext";
import type { TabName } from "../panel/Tabs";
import { execute, python } from "./fiftyone";

const METHODS: Record<keyof Uris, true> = {
  first_overview: true,
  overview: true,
  jobs: true,
  form: true,
  cleanup_plan: true,
  cleanup: true,
  begin_transfer: true,
  upload_part: true,
  download_part: true,
  end_transfer: true,
  pause: true,
  cancel: true,
  dismiss: true,
  server_details: true,
  start_embedded: true,
  stop_embedded: true,
  search: true,
  rerun_search: true,
  next_results: true,
  keep_results: true,
  clear_results: true,
  selection: true,
  view_count: true,
  search_options: true,
  suggestions: true,
  search_history: true,
  delete_searches: true,
  save_search: true,
  save_view: true,
  tag_results: true,
  tags: true,
  more_results: true,
  results_in_grid: true,
  closeness: true,
  score_background: true,
  caption_fields: true,
  opened_item: true,
  compare_results: true,
  find_options: true,
  find_result: true,
  found_items: true,
  decide_found: true,
  show_found: true,
};

/** Each method is called where its name says. */
export const URIS = Object.fromEntries(Object.keys(METHODS).map((name) => [name, name])) as Uris;

type Answers = Partial<Record<keyof Uris, unknown>>;

/** What isn't what most tests are about. */
const DEFAULTS: Answers = {
  jobs: { jobs: [], loading: null },
  closeness: { message: null },
  find_result: { operator: null, found: null, decisions: [] },
  score_background: { background: null },
  suggestions: { recent: [], saved: [], classes: [] },
  // the whole overview comes at once, unless a test says otherwise
  first_overview: () => {
    throw new Error("No answer");
  },
};

/** What Python answers by method: a value, or a function of the params. */
export function answer(answers: Answers) {
  python.mockImplementation((uri, params) => {
    const found = { ...DEFAULTS, ...answers }[uri as keyof Uris];
    return typeof found === "function" ? found(params) : found;
  });
}

/** The params of every call of a method so far. */
export function callsOf(uri: keyof Uris): unknown[] {
  return python.mock.calls.filter(([called]) => called === uri).map(([, params]) => params);
}

export function Wrapper({ children }: { children: ReactNode }) {
  return (
    <RecoilRoot>
      <ApiProvider uris={URIS}>{children}</ApiProvider>
    </RecoilRoot>
  );
}

function Scroller({ children }: { children: ReactNode }) {
  const scroller = useRef<HTMLDivElement>(null);
  return (
    <div ref={scroller}>
      <ScrollContext.Provider value={scroller}>{children}</ScrollContext.Provider>
    </div>
  );
}

/** Renders with the App's state and the panel's URIs around it. */
export function show(element: ReactNode, initialize?: (snapshot: MutableSnapshot) => void) {
  const user = userEvent.setup();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <RecoilRoot initializeState={initialize}>
      <ApiProvider uris={URIS}>
        <Scroller>{children}</Scroller>
      </ApiProvider>
    </RecoilRoot>
  );
  return { user, ...render(element, { wrapper }) };
}

/** Opens a tab. */
export const go = (user: UserEvent, tab: TabName) => user.click(at(`milvus-tab-${tab}`));

/** The element of a `data-cy` name. */
export function at<T extends Element = HTMLElement>(name: string): T {
  const found = document.querySelector<T>(`[data-cy="${name}"]`);
  if (!found) throw new Error(`no element named ${name}`);
  return found;
}

/** The button of an open dialog that does what it asks. */
export const button = () => at<HTMLButtonElement>("milvus-confirm-button");

export const PLUGIN = "@milvus/vector-search";

/** The params of every operator that was executed, in turn, with its `uri`. */
export const asked = () => execute.mock.calls.map(([params]) => params as { uri: string });

export function absent(name: string): boolean {
  return document.querySelector(`[data-cy="${name}"]`) === null;
}
