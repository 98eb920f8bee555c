import { fireEvent } from "@testing-library/react";
import { expect, test } from "vitest";
import { show } from "../test/panel";
import { Thumbnail } from "./Thumbnail";

const image = (container: HTMLElement) => container.querySelector("img") as HTMLImageElement;

function measure(image: HTMLImageElement, width: number, height: number) {
  Object.defineProperties(image, {
    naturalWidth: { value: width },
    naturalHeight: { value: height },
  });
  fireEvent.load(image);
}

test("a sample is shown whole, from the App's media address", () => {
  const { container } = show(<Thumbnail filepath="/a.jpg" box={null} alt="a" />);
  expect(image(container).getAttribute("src")).toBe("/media?filepath=/a.jpg");
  expect(image(container).style.objectFit).toBe("contain");
});

test("a patch is cropped once the image's size is known", () => {
  const { container } = show(<Thumbnail filepath="/a.jpg" box={[0, 0, 0.5, 0.5]} alt="a" />);
  expect(image(container).style.visibility).toBe("hidden");
  measure(image(container), 200, 100);
  expect(image(container).style.visibility).toBe("");
  expect(image(container).style.width).toBe("200%");
});

test("an image that doesn't load leaves an icon", () => {
  const { container } = show(<Thumbnail filepath="/a.mp4" box={null} alt="a" />);
  fireEvent.error(image(container));
  expect(container.querySelector("img")).toBeNull();
  expect(container.querySelector("[data-icon=image_not_supported]")).not.toBeNull();
});
