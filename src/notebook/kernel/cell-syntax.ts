import type * as TypeScript from '@tslab/typescript-for-tslab';
import { ts } from './tslab';

const parse = (source: string) => ts.createSourceFile('cell.ts', source, ts.ScriptTarget.ES2022);

/** Whether the last statement of a cell is `name = value`, or `name += value`, … */
export function endsWithAssignment(source: string): boolean {
  const last = parse(source).statements.at(-1);
  if (last === undefined || !ts.isExpressionStatement(last)) return false;
  let { expression } = last;
  while (ts.isParenthesizedExpression(expression)) expression = expression.expression;
  if (!ts.isBinaryExpression(expression)) return false;
  const operator = expression.operatorToken.kind;
  return operator >= ts.SyntaxKind.FirstAssignment && operator <= ts.SyntaxKind.LastAssignment;
}

/** TypeScript's number for 'Unterminated template literal.' */
const unterminatedTemplate = 1160;

/** Whether code ends within a template string, which tslab takes for complete. */
export function endsInTemplate(source: string): boolean {
  const { parseDiagnostics } = parse(source) as unknown as { readonly parseDiagnostics: readonly TypeScript.Diagnostic[] };
  return parseDiagnostics.some(({ code }) => code === unterminatedTemplate);
}

/** The names that a cell declares with `let` or `var` at its top level. */
export function letVariables(source: string): string[] {
  const namesOf = (name: TypeScript.BindingName): string[] =>
    ts.isIdentifier(name) ? [name.text] : name.elements.flatMap((element) => (ts.isBindingElement(element) ? namesOf(element.name) : []));
  return parse(source).statements
    .filter(ts.isVariableStatement)
    .filter(({ modifiers, declarationList: { flags } }) => modifiers === undefined && (flags & ts.NodeFlags.Const) === 0)
    .flatMap(({ declarationList: { declarations } }) => declarations.flatMap(({ name }) => namesOf(name)));
}
