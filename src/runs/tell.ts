/** Where news of the store goes by default: a line on standard error. */
export function tell(text: string): void {
  process.stderr.write(`clr-lab: ${text}\n`);
}
