import { readFile } from 'node:fs/promises';
import { imageSide } from './dataset';

/**
 * Reads a picture of any size as an image of CIFAR-10's: turned as its EXIF data says, cut to a square about its middle, scaled to
 * 32 × 32, what is transparent on white.
 *
 * @param path of a PNG or JPEG file
 * @returns pixel bytes [3,072]: the red plane, then green, then blue, row by row
 * @throws Error, naming the file, if it is not there or no picture
 */
export async function readImageFile(path: string): Promise<Uint8Array> {
  const file = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${path} ${error.code === 'ENOENT' ? 'is not there' : error.code === 'EISDIR' ? 'is a folder' : `cannot be read (${error.code})`}; a PNG or JPEG file would be right`);
  });
  const { default: sharp } = await import('sharp');
  try {
    const picture = sharp(file, { autoOrient: true }).flatten({ background: 'white' }).toColourspace('srgb').resize(imageSide, imageSide, { fit: 'cover' });
    const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
    const pixels = imageSide * imageSide;
    return Uint8Array.from({ length: 3 * pixels }, (_, index) => data[(index % pixels) * info.channels + Math.min(Math.floor(index / pixels), info.channels - 1)]);
  } catch (error) {
    throw new Error(`${path} is no picture that can be read (${(error as Error).message}); a PNG or JPEG file would be right`, { cause: error });
  }
}
