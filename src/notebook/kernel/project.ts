import path from 'node:path';

/** The project's root folder; the same from `src/notebook/kernel` and from `dist/notebook/kernel`. */
export const projectRoot = path.resolve(__dirname, '..', '..', '..');

/** The name under which cells import the library. */
export const packageName = 'clr-lab';
