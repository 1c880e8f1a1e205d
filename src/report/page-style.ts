/** The report page's style: one column, readable on a phone, printable. */
export const style = `
:root { --ink: #1d2430; --soft: #5b6472; --line: #dfe3e8; --paper: #fff; --tint: #f6f8fa; --accent: #1f77b4; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.6 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
header, main { max-width: 1000px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 32px; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .3em; }
section { border-top: 1px solid var(--line); margin-top: 40px; padding-top: 16px; }
section h1 { font-size: 1.5rem; }
section h2 { font-size: 1.2rem; margin: 1.4em 0 .4em; }
a { color: var(--accent); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(260px, 1fr)); gap: 4px 24px; font-size: .875rem; color: var(--soft); margin: 16px 0; }
dl div { display: flex; gap: 8px; }
dt { font-weight: 600; }
dt::after { content: ':'; }
dd { margin: 0; overflow-wrap: anywhere; }
nav ol { padding-left: 1.4em; columns: 2 280px; column-gap: 3em; }
nav small { color: var(--soft); }
.text > :not(h1) { max-width: 46em; }
.text code, details code { font-family: ui-monospace, 'SF Mono', Menlo, Consolas, monospace; font-size: .875em; }
.text code { background: var(--tint); padding: .1em .3em; border-radius: 4px; }
details.code { margin: 8px 0; }
details.code summary { cursor: pointer; color: var(--soft); font-size: .8125rem; width: fit-content; }
pre { background: var(--tint); border: 1px solid var(--line); border-radius: 6px; padding: 12px; overflow-x: auto; font-size: .8125rem; line-height: 1.5; }
pre.error { border-color: #c0392b; color: #c0392b; }
.output { margin: 12px 0; overflow-x: auto; }
.output img { max-width: 100%; height: auto; }
.output table { font-size: .9375rem; }
.wide { overflow-x: auto; }
table.summary { border-collapse: collapse; width: 100%; font-size: .9375rem; }
table.summary th, table.summary td { text-align: left; vertical-align: top; padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); }
table.summary :is(th, td):nth-child(1), table.summary :is(th, td):nth-child(5) { width: 30%; }
.agrees { color: #1a7f37; font-weight: 600; }
.differs { color: #9a6700; font-weight: 600; }
.failed { color: #c0392b; font-weight: 600; }
.synthetic { background: #fff4ce; border: 1px solid #d4a72c; border-radius: 6px; padding: 8px 12px; font-weight: 600; }
.hljs-keyword, .hljs-literal { color: #8250df; } .hljs-string { color: #0a5; } .hljs-number { color: #0550ae; } .hljs-comment { color: var(--soft); font-style: italic; } .hljs-title { color: #953800; }
@media (max-width: 600px) { /* A claim over three columns, its numbers and verdict, and why. */
  table.summary tr { display: grid; grid-template-columns: repeat(3, 1fr); padding: 6px 0; border-bottom: 1px solid var(--line); }
  table.summary th, table.summary td { padding: 0; border: 0; }
  table.summary :is(th, td):is(:first-child, :last-child) { grid-column: 1 / -1; }
}
@media print { details.code { display: none; } }
`;
