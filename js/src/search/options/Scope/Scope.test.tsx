import { waitFor } from "@testing-library/react";
import { useSetRecoilState } from "recoil";
import { expect, test } from "vitest";
import { view } from "../../../test/fiftyone";
import { answer, at, callsOf, show } from "../../../test/panel";
import { place } from "../../../test/search";

test("a view that the person makes is counted once", async () => {
  answer({ view_count: { count: 20 } });
  const Grid = () => {
    const setView = useSetRecoilState(view);
    return <button data-cy="grid" onClick={() => setView([{ _cls: "Match" }])} />;
  };
  const { user } = show(
    <>
      <Grid />
      {place()}
    </>,
  );
  expect(at("milvus-scope-view").textContent).toBe("View 1,538");
  await user.click(at("grid"));
  await waitFor(() => expect(at("milvus-scope-view").textContent).toBe("View 20"));
  expect(callsOf("view_count")).toHaveLength(1);
});
