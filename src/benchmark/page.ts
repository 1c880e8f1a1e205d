import type { Figure } from '../figures/figure';
import { figureHtml, plotlyHtml } from '../notebook/display/figure-html';
import { escapeHtml } from '../tables/formats';

/** One page that needs nothing beside it: the benchmark's text, and its figures. */
export function benchmarkPage(text: string, figures: readonly Figure[]): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>clr-lab: benchmark</title>
<style>body { font-family: system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; } pre { overflow-x: auto; font-size: 0.8rem; }</style>
</head>
<body>
<h1>Benchmark</h1>
<pre>${escapeHtml(text)}</pre>
${figures.map((figure) => figureHtml(figure)).join('\n')}
${plotlyHtml()}
</body>
</html>
`;
}
