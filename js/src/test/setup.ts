import { cleanup } from "@testing-library/react";
import { afterEach, beforeEach } from "vitest";
import { reset } from "./fiftyone";

beforeEach(reset);
afterEach(cleanup);
