#!/usr/bin/env node
// The command line: `node src/cli/start.mjs COMMAND …`. Works on a fresh clone; the command itself is in dist/cli/main.js.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { BuildError, prepare, projectRoot } from './prepare.mjs';

const main = path.join(projectRoot, 'dist', 'cli', 'main.js');
// A kernel has no terminal: it starts all the same, and its cells say what is wrong.
const isKernel = process.argv[2] === 'kernel' && process.argv[3] === 'start';

try {
  await prepare({ quiet: isKernel });
} catch (error) {
  if (isKernel && error instanceof BuildError && existsSync(main)) {
    process.env.CLR_LAB_BROKEN_BUILD = error.output;
  } else {
    process.stderr.write(`clr-lab: ${error.message}\n${error.output ?? ''}`);
    process.exit(1);
  }
}
await import(pathToFileURL(main).href);
