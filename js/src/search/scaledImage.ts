/** A file that is smaller is sent as it is, so that one of the dataset finds itself exactly. */
const SMALL_BYTES = 2_000_000;
/** The longest side of a scaled image: models read a few hundred pixels. */
const SIDE = 1_024;

/**
 * A large image file, scaled down and upright, as its EXIF says; as it is where it is small,
 * or the browser can't read it, as TIFF.
 */
export async function scaledImage(file: File): Promise<File> {
  if (file.size <= SMALL_BYTES) return file;
  const image = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
  if (!image) return file;
  const scale = Math.min(1, SIDE / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.width * scale));
  canvas.height = Math.max(1, Math.round(image.height * scale));
  const context = canvas.getContext("2d");
  if (!context) return file;
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  // what isn't a photo may be transparent
  const type = file.type === "image/jpeg" ? "image/jpeg" : "image/png";
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, 0.95));
  return blob && blob.size < file.size ? new File([blob], file.name, { type }) : file;
}
