import { readFileSync } from 'node:fs';

/** The font in which static pictures are drawn: Arimo, which has Arial's widths, from npm, so that pictures are the same everywhere. */
export const fontFiles = {
  regular: require.resolve('@expo-google-fonts/arimo/400Regular/Arimo_400Regular.ttf'),
  bold: require.resolve('@expo-google-fonts/arimo/700Bold/Arimo_700Bold.ttf'),
  italic: require.resolve('@expo-google-fonts/arimo/400Regular_Italic/Arimo_400Regular_Italic.ttf'),
} as const;

/** Above and below the baseline, in parts of the font size. */
export const ascent = 0.905;
export const descent = 0.212;

type Advance = (codePoint: number) => number;
const loaded = new Map<string, Advance>();

/** Width of one line of text in units of `fontSize`, without kerning. */
export function textWidth(text: string, fontSize: number, bold = false): number {
  const file = bold ? fontFiles.bold : fontFiles.regular;
  let advance = loaded.get(file);
  if (advance === undefined) loaded.set(file, advance = readAdvances(readFileSync(file)));
  let width = 0;
  for (const character of text) width += advance(character.codePointAt(0)!);
  return width * fontSize;
}

/**
 * Reads the advance widths, in parts of the font size, from a TrueType font: tables head, hhea, hmtx, and cmap format 4
 * (https://learn.microsoft.com/typography/opentype/spec/otff).
 */
function readAdvances(font: Buffer): Advance {
  const table = (name: string): number => {
    for (let i = 0; i < font.readUInt16BE(4); i++) {
      const record = 12 + 16 * i;
      if (font.toString('latin1', record, record + 4) === name) return font.readUInt32BE(record + 8);
    }
    throw new Error(`font: no table "${name}"; a TrueType font is needed`);
  };
  const unitsPerEm = font.readUInt16BE(table('head') + 18);
  const metrics = font.readUInt16BE(table('hhea') + 34);
  const hmtx = table('hmtx');
  const glyph = readCharacterMap(font, table('cmap'));
  return (codePoint) => font.readUInt16BE(hmtx + 4 * Math.min(glyph(codePoint), metrics - 1)) / unitsPerEm;
}

function readCharacterMap(font: Buffer, cmap: number): (codePoint: number) => number {
  let map = -1;
  for (let i = 0; i < font.readUInt16BE(cmap + 2); i++) {
    const subtable = cmap + font.readUInt32BE(cmap + 8 + 8 * i);
    if (font.readUInt16BE(subtable) === 4) map = subtable;
  }
  if (map < 0) throw new Error('font: no character map of format 4');
  const doubled = font.readUInt16BE(map + 6);
  const [ends, starts, deltas, offsets] = [map + 14, map + 16 + doubled, map + 16 + 2 * doubled, map + 16 + 3 * doubled];
  return (codePoint) => {
    for (let i = 0; i < doubled; i += 2) {
      if (codePoint > font.readUInt16BE(ends + i)) continue;
      const start = font.readUInt16BE(starts + i);
      if (codePoint < start) return 0;
      const delta = font.readUInt16BE(deltas + i);
      const offset = font.readUInt16BE(offsets + i);
      if (offset === 0) return (codePoint + delta) & 0xffff;
      const found = font.readUInt16BE(offsets + i + offset + 2 * (codePoint - start));
      return found === 0 ? 0 : (found + delta) & 0xffff;
    }
    return 0;
  };
}
