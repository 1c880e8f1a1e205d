import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A file of the page, in memory. */
export interface PageFile {
  readonly type: string;
  readonly content: Buffer;
}

/** One transparent pixel: a picture that loads tells the notebook's cell that the explorer is there. */
const pixel = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/** All files of the page by their names in its address; '' is the page itself. Made by the build in dist/explorer/page. */
export function pageFiles(): Readonly<Record<string, PageFile>> {
  const built = join(__dirname, '..', '..', 'dist', 'explorer', 'page');
  const source = join(__dirname, '..', '..', 'src', 'explorer', 'page');
  const plotly = join(dirname(require.resolve('plotly.js-basic-dist-min/package.json')), 'plotly-basic.min.js');
  const script = 'text/javascript; charset=utf-8';
  return {
    '': { type: 'text/html; charset=utf-8', content: readFileSync(join(source, 'index.html')) },
    'app.css': { type: 'text/css; charset=utf-8', content: readFileSync(join(source, 'app.css')) },
    'app.js': { type: script, content: readFileSync(join(built, 'app.js')) },
    'plotly.js': { type: script, content: readFileSync(plotly) },
    'alive.gif': { type: 'image/gif', content: pixel },
  };
}
