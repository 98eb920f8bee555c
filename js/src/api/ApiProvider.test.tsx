import { render, renderHook } from "@testing-library/react";
import { expect, test } from "vitest";
import { URIS, Wrapper } from "../test/panel";
import { ApiProvider } from "./ApiProvider";
import { useApi, type Api } from "./client";

test("the methods stay the same, though the App renders the panel again", () => {
  const { result, rerender } = renderHook(useApi, { wrapper: Wrapper });
  const first: Api = result.current;
  rerender();
  expect(result.current).toBe(first);
});

test("children aren't rendered again while the URIs are the same", () => {
  let drawn = 0;
  const Within = () => {
    useApi();
    return <p>{++drawn}</p>;
  };
  const within = <Within />;
  const { rerender } = render(<ApiProvider uris={{ ...URIS }}>{within}</ApiProvider>);
  rerender(<ApiProvider uris={{ ...URIS }}>{within}</ApiProvider>);
  expect(drawn).toBe(1);
});
