import hljs from 'highlight.js/lib/core';
import typescript from 'highlight.js/lib/languages/typescript';
import MarkdownIt from 'markdown-it';
import { plotlyHtml, withoutPlotly } from '../notebook/display/figure-html';
import type { Cell, CodeCell, Output } from '../notebook/execute/nbformat';
import { resultMimeType } from '../notebook/result-mime-type';
import { escapeHtml } from '../tables/formats';
import { judgeClaims } from './claims';
import { style } from './page-style';
import type { ReportedNotebook } from './reported-notebook';
import type { ReportResults } from './results';

hljs.registerLanguage('typescript', typescript);
const markdown = new MarkdownIt({ html: false, linkify: false });

/** One self-contained page: a summary, then every notebook with its text, figures and tables; the code is folded away. */
export function reportPage(notebooks: readonly ReportedNotebook[], results: ReportResults): string {
  const synthetic = results.dataset.name === 'synthetic';
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>clr-lab: report</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>Training with cyclical learning rates</h1>
<p>Every figure and table of the report, made anew by <strong>clr-lab</strong>.</p>
${synthetic ? '<p class="synthetic">SYNTHETIC DATA: CIFAR-10 was not at hand, so these results are of a stand-in and say nothing about CIFAR-10.</p>' : ''}
${labels(results)}
${contents(notebooks)}
</header>
<main>
${summary(results)}
${notebooks.map(section).join('\n')}
</main>
${plotlyHtml()}
</body>
</html>
`;
}

/** What made the results. */
function labels({ dataset, versions, machine, parameters }: ReportResults): string {
  const rows: [string, string][] = [
    ['Data', `${dataset.name === 'synthetic' ? 'synthetic stand-in' : 'CIFAR-10'}, ${dataset.images.toLocaleString('en-GB')} images, SHA-256 ${dataset.checksum.slice(0, 12)}…`],
    ['Engine', versions.engine],
    ['Versions', `clr-lab ${versions.clrLab}, Node ${versions.node}, tslab ${versions.tslab}`],
    ['Machine', `${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB`],
    ...Object.entries(parameters).map(([name, value]): [string, string] => [`${name} set to`, JSON.stringify(value)]),
  ];
  return `<dl>${rows.map(([term, text]) => `<div><dt>${term}</dt><dd>${escapeHtml(text)}</dd></div>`).join('')}</dl>`;
}

function contents(notebooks: readonly ReportedNotebook[]): string {
  const items = notebooks.map(({ file, executed }) => {
    const failed = executed.status === 'ok' ? '' : ` <span class="failed">${executed.status === 'error' ? 'failed' : 'interrupted'}</span>`;
    return `<li><a href="#${file.name}">${escapeHtml(titleOf(executed.notebook.cells) ?? file.name)}</a>${failed} <small>${executed.seconds.toFixed(1)} s</small></li>`;
  });
  return `<nav aria-label="Contents"><ol>${items.join('')}</ol></nav>`;
}

function titleOf(cells: readonly Cell[]): string | undefined {
  const first = cells.find(({ cell_type }) => cell_type === 'markdown');
  return /^# (.+)$/m.exec(first?.source ?? '')?.[1];
}

/** Claim, report, ours, and whether they agree: for the notebooks that were executed. */
function summary(results: ReportResults): string {
  const judged = judgeClaims(results);
  if (judged.length === 0) return '';
  const rows = judged.map(
    ({ claim, report, ours, verdict, note }) =>
      `<tr><td>${escapeHtml(claim)}</td><td>${escapeHtml(report)}</td><td>${escapeHtml(ours)}</td><td class="${verdict === 'agrees' ? 'agrees' : 'differs'}">${verdict}</td><td>${escapeHtml(note)}</td></tr>`,
  );
  return `<section id="summary"><h2>The report's claims and ours</h2><div class="wide"><table class="summary">
<thead><tr><th>Claim</th><th>Report</th><th>Ours</th><th>Verdict</th><th>Why</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div></section>`;
}

function section({ file, executed }: ReportedNotebook): string {
  return `<section id="${file.name}">${executed.notebook.cells.map((cell) => cellHtml(cell)).join('\n')}</section>`;
}

function cellHtml(cell: Cell): string {
  if (cell.cell_type === 'markdown') return `<div class="text">${markdown.render(cell.source)}</div>`;
  if (cell.cell_type !== 'code' || cell.source.trim() === '') return '';
  return `${codeHtml(cell)}${cell.outputs.map(outputHtml).join('')}`;
}

function codeHtml({ source }: CodeCell): string {
  return `<details class="code"><summary>code</summary><pre><code>${hljs.highlight(source, { language: 'typescript' }).value}</code></pre></details>`;
}

function outputHtml(output: Output): string {
  if (output.output_type === 'stream') return output.text.trim() === '' ? '' : `<pre class="stream">${escapeHtml(output.text)}</pre>`;
  if (output.output_type === 'error') return `<pre class="error">${escapeHtml(`${output.ename}: ${output.evalue}`)}</pre>`;
  const { data } = output;
  const of = (type: string) => (typeof data[type] === 'string' ? data[type] : undefined);
  const [html, png, text] = [of('text/html'), of('image/png'), of('text/plain')];
  if (html !== undefined) {
    // The page holds Plotly once, not once per notebook.
    const lean = withoutPlotly(html);
    return lean.trim() === '' ? '' : `<div class="output${resultMimeType in data ? ' result' : ''}">${lean}</div>`;
  }
  if (png !== undefined) return `<div class="output clr-lab-picture"><img alt="" src="data:image/png;base64,${png.replaceAll('\n', '')}"${sizeOf(output.metadata)}></div>`;
  return text === undefined ? '' : `<pre class="stream">${escapeHtml(text)}</pre>`;
}

function sizeOf(metadata: Readonly<Record<string, unknown>>): string {
  const size = metadata['image/png'] as { width?: number } | undefined;
  return size?.width === undefined ? '' : ` style="width:${size.width}px"`;
}
