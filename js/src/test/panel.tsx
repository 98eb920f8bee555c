import { render } from "@testing-library/react";
import userEvent, { type UserEvent } from "@testing-library/user-event";
import type { ReactNode } from "react";
import { RecoilRoot, type MutableSnapshot } from "recoil";
import { UrisContext, type Uris } from "../shared/api";
import type { Place } from "../shell/places";
import { python } from "./fiftyone";

export const URIS: Uris = {
  overview: "overview",
  jobs: "jobs",
  form: "form",
  search: "search",
  more: "more",
  clear: "clear",
  cleanup_plan: "cleanup_plan",
  cleanup: "cleanup",
  cancel: "cancel",
  dismiss: "dismiss",
};

type Answers = Partial<Record<keyof Uris, unknown>>;

/** What Python answers by method: a value, or a function of the params. */
export function answer(answers: Answers) {
  python.mockImplementation((uri, params) => {
    const found = answers[uri as keyof Uris];
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
      <UrisContext.Provider value={URIS}>{children}</UrisContext.Provider>
    </RecoilRoot>
  );
}

/** Renders with the App's state and the panel's URIs around it. */
export function show(element: ReactNode, initialize?: (snapshot: MutableSnapshot) => void) {
  const user = userEvent.setup();
  const view = render(
    <RecoilRoot initializeState={initialize}>
      <UrisContext.Provider value={URIS}>{element}</UrisContext.Provider>
    </RecoilRoot>,
  );
  return { user, ...view };
}

/** Goes to one of the panel's places. */
export const go = (user: UserEvent, place: Place) => user.click(at(`milvus-place-${place}`));

/** The element of a `data-cy` name. */
export function at<T extends Element = HTMLElement>(name: string): T {
  const found = document.querySelector<T>(`[data-cy="${name}"]`);
  if (!found) throw new Error(`no element named ${name}`);
  return found;
}

export function absent(name: string): boolean {
  return document.querySelector(`[data-cy="${name}"]`) === null;
}
