import { waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { index } from "../test/data";
import { at, show } from "../test/panel";
import { chips, dropped, results, on, searchTab, searched } from "../test/search";
import { SearchTab } from "./SearchTab";

test("without an index one button teaches and starts to make one", async () => {
  const { user } = show(<SearchTab dataset="animals" index={undefined} indexes={[]} others={[]} samples={0} dropped={dropped} {...on} />);
  expect(at("milvus-no-index").textContent).toContain("No index");
  await user.click(at("milvus-make-index"));
  expect(on.onMakeIndex).toHaveBeenCalledOnce();
});

test("a failed search says why and keeps the query", async () => {
  await searched({ search: { error: { code: "no_server", message: "Milvus is away." } } });
  await waitFor(() => expect(at("milvus-problem").textContent).toBe("Milvus is away."));
  expect(chips()[0].textContent).toContain("a bird");
});

test("results and chips are kept while the panel is closed, for their index and dataset", async () => {
  const { unmount } = await searched();
  await waitFor(() => expect(results()).toHaveLength(2));
  unmount();
  const again = show(searchTab());
  expect(results()).toHaveLength(2);
  expect(chips()).toHaveLength(1);
  again.unmount();
  const other = show(searchTab({ ...index, brain_key: "words" }));
  expect(results()).toHaveLength(0);
  other.unmount();
  show(searchTab(index, "another"));
  expect(results()).toHaveLength(0);
});
