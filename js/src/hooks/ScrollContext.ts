import { createContext, type RefObject } from "react";

/** What the panel scrolls in. */
export const ScrollContext = createContext<RefObject<HTMLElement>>({ current: null });
