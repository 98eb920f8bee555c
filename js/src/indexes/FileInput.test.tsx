import { expect, test, vi } from "vitest";
import { at, show } from "../test/panel";
import { FileInput } from "./FileInput";

test("the button opens the browser's dialog, and what is chosen there is shown", async () => {
  const onChange = vi.fn();
  const file = new File(["PAR1"], "mine.parquet");
  const { user, rerender } = show(<FileInput file={null} onChange={onChange} />);
  const opened = vi.spyOn(at<HTMLInputElement>("milvus-import-file"), "click");
  await user.click(at("milvus-choose-file"));
  expect(opened).toHaveBeenCalledOnce();
  await user.upload(at<HTMLInputElement>("milvus-import-file"), file);
  expect(onChange).toHaveBeenCalledWith(file);
  rerender(<FileInput file={file} onChange={onChange} />);
  expect(at("milvus-chosen-file").textContent).toBe("mine.parquet 4 bytes");
});
