import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeEach } from "vitest";
import { reset } from "./fiftyone";

// nothing is laid out here, and a list that draws only what is in sight needs some sight
Object.defineProperties(HTMLElement.prototype, {
  clientHeight: { configurable: true, value: 800 },
  clientWidth: { configurable: true, value: 400 },
});

// a busy machine takes longer than one second to draw
configure({ asyncUtilTimeout: 15_000 });

beforeEach(reset);
afterEach(cleanup);
