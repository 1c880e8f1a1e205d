import type { z } from 'zod';

type Zod = typeof import('zod');

/** A schema that is made when it is first asked for: loading zod takes a tenth of a second, which whoever validates nothing need not wait. */
export function schemaOnDemand<S extends z.ZodType>(make: (zod: Zod) => S): () => S {
  let schema: S | undefined;
  return () => (schema ??= make(require('zod') as Zod));
}

/**
 * A value from outside as what a schema describes. The schema's messages say what would be right, such as
 * 'a whole number, 1 or more'.
 *
 * @throws RangeError that names the first wrong key, its value, and what would be right
 */
export function validate<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = [what, ...issue.path.map(String)].join('.');
  const found = issue.path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value);
  if (issue.code === 'unrecognized_keys') throw new RangeError(`${path} has an unknown key: ${issue.keys.join(', ')}`);
  throw new RangeError(found === undefined && issue.path.length > 0 ? `${path} is missing; ${issue.message} would be right` : `${path} is ${describe(found)}; ${issue.message} would be right`);
}

function describe(value: unknown): string {
  return typeof value === 'number' || typeof value === 'bigint' || value === undefined ? String(value) : (JSON.stringify(value) ?? typeof value);
}
