/*
 * tslab keeps what a cell declares as properties of one object, `exports`; later cells read and write those. But the
 * functions of the cell itself close over its own variables: without more, `let on = true` and a function that reads
 * `on` would never hear of a later cell's `on = false`. So each cell hands out setters for its `let` variables.
 */

type Setters = Readonly<Record<string, (value: unknown) => void>>;

/** What tslab gives to cells, as a global variable; `share` is ours. */
interface CellGlobals {
  exports: Record<string, unknown>;
  require: unknown;
  share(setters: Setters): void;
}

/** JavaScript for the start of a cell that declares these variables; one line. */
export function sharingCode(names: readonly string[]): string {
  if (names.length === 0) return '';
  const setters = names.map((name) => `${name}: (__value) => { ${name} = __value; }`);
  return `__tslab__.share({ ${setters.join(', ')} }); `;
}

/** Makes assignments to `exports` reach the variables behind them. Once per process, after tslab's executor is there. */
export function shareVariables(): void {
  const globals = (globalThis as unknown as { __tslab__: CellGlobals }).__tslab__;
  const setters = new Map<string | symbol, (value: unknown) => void>();
  globals.share = (more) => {
    for (const [name, setter] of Object.entries(more)) setters.set(name, setter);
  };
  globals.exports = new Proxy(globals.exports, {
    set(target, name, value) {
      try {
        setters.get(name)?.(value);
      } catch {
        // the cell failed before it came to the declaration: nothing reads the variable
      }
      return Reflect.set(target, name, value);
    },
  });
}
