import sharp from "sharp";
import { imageError, maximumInputPixels, readSource } from "./image.js";

/** Changes of a picture that leave what it shows: turned by 30 degrees and half the size (the paper's two, section 5), blurred, coarsely compressed. */
export const imageVariants = ["rotate-30", "half", "blur", "jpeg"] as const;
export type ImageVariant = (typeof imageVariants)[number];

/** Standard deviation of the blur in pixels: labels stay readable to a person. */
const blurSigma = 1.5;
const jpegQuality = 20;

/**
 * A picture changed in one way, as the bytes of a PNG (of a JPEG for "jpeg"). What a rotation uncovers is white.
 *
 * @throws {InputError} where the picture does not decode
 */
export async function imageVariant(source: string | Uint8Array, variant: ImageVariant): Promise<Uint8Array> {
  const bytes = await readSource(source);
  try {
    const image = sharp(bytes, { limitInputPixels: maximumInputPixels, failOn: "warning" }).autoOrient().flatten({ background: "white" });
    if (variant === "rotate-30") return await image.rotate(30, { background: "white" }).png().toBuffer();
    if (variant === "blur") return await image.blur(blurSigma).png().toBuffer();
    if (variant === "jpeg") return await image.jpeg({ quality: jpegQuality }).toBuffer();
    const { width, height } = await sharp(bytes).metadata();
    return await image.resize({ width: Math.max(1, Math.round(width / 2)), height: Math.max(1, Math.round(height / 2)), fit: "fill", kernel: "cubic" }).png().toBuffer();
  } catch (error) {
    throw imageError(error, source);
  }
}
