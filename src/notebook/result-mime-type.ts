/** The MIME type under which results stand in a cell's output; `npm run report` collects them from there. */
export const resultMimeType = 'application/vnd.clr-lab.result+json';
