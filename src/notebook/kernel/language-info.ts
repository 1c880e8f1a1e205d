// Not the compiler itself, which takes a while to load.
const { version } = require('@tslab/typescript-for-tslab/package.json') as { version: string };

/** The name of the kernelspec, and so of its folder. */
export const kernelName = 'clr-lab';

/** What a notebook's metadata says of its kernel. */
export const kernelspecMetadata = { name: kernelName, display_name: 'TypeScript (clr-lab)', language: 'typescript' } as const;

/** What a notebook's metadata says of its language; `codemirror_mode` is what classic Notebook and JupyterLab go by. */
export const languageInfo = {
  codemirror_mode: { mode: 'typescript', name: 'javascript', typescript: true },
  file_extension: '.ts',
  mimetype: 'text/typescript',
  name: 'typescript',
  version,
} as const;
