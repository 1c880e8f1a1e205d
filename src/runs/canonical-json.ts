import { createHash } from 'node:crypto';

/**
 * JSON with keys in order of their code units and no spaces: equal values give equal text. Undefined entries of objects are
 * left out.
 *
 * @throws TypeError, naming the path, for what JSON cannot hold: numbers that are not finite, functions, undefined in lists
 */
export function canonicalJson(value: unknown, path = 'value'): string {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value)) break;
      return JSON.stringify(value);
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return `[${value.map((item, index) => canonicalJson(item, `${path}[${index}]`)).join(',')}]`;
      return `{${Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item, `${path}.${key}`)}`)
        .join(',')}}`;
  }
  throw new TypeError(`${path} is ${String(value)}, which JSON cannot hold`);
}

/** SHA-256, in hex. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
