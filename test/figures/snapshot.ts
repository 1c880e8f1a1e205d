import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

const folder = join(__dirname, 'snapshots');

/**
 * Expects `value`, numbers rounded to 6 digits, to be what `snapshots/NAME.json` holds. If it is not, it is written beside it as
 * `NAME-changed.json`: look at it, and if it is right, let it take the place of the other. A missing snapshot fails in the same way.
 */
export function expectSnapshot(name: string, value: unknown): void {
  const text = `${JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'number' ? Number(inner.toPrecision(6)) : inner), 1)}\n`;
  const [file, changed] = [join(folder, `${name}.json`), join(folder, `${name}-changed.json`)];
  if (existsSync(file) && readFileSync(file, 'utf8') === text) {
    rmSync(changed, { force: true });
    return;
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(changed, text);
  expect(text, `${name}.json differs from ${name}-changed.json`).toBe(existsSync(file) ? readFileSync(file, 'utf8') : '(no snapshot)');
}
