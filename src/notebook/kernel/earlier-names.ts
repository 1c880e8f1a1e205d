import type * as TypeScript from '@tslab/typescript-for-tslab';

/*
 * tslab rewrites a name that an earlier cell declared into a property of `exports`, where cells keep their variables.
 * It overlooks `{ name }` and takes the property names in `const { length: n } = …` for such names too, so both are
 * put right before it looks.
 */

/** A transformer of a cell's source, with `checker` of its program; `isEarlier` tells the file of earlier declarations. */
export function earlierNames(
  ts: typeof TypeScript,
  checker: TypeScript.TypeChecker,
  isEarlier: (file: TypeScript.SourceFile) => boolean,
): TypeScript.TransformerFactory<TypeScript.SourceFile> {
  const { factory } = ts;
  const isDeclaredEarlier = (symbol: TypeScript.Symbol | undefined) =>
    symbol?.declarations?.some((declaration) => isEarlier(declaration.getSourceFile())) ?? false;
  // A name without a place in the source: tslab leaves such names alone.
  const freshName = (name: TypeScript.Identifier) => ts.setSourceMapRange(factory.createIdentifier(name.text), name);

  return (context) => {
    const visit = (node: TypeScript.Node): TypeScript.Node => {
      if (ts.isShorthandPropertyAssignment(node) && isDeclaredEarlier(checker.getShorthandAssignmentValueSymbol(node))) {
        const variable = factory.createPropertyAccessExpression(factory.createIdentifier('exports'), freshName(node.name));
        // In `({ name = 1 } = …)` the name has a default.
        const initial = ts.visitNode(node.objectAssignmentInitializer, visit) as TypeScript.Expression | undefined;
        return factory.createPropertyAssignment(freshName(node.name), initial === undefined ? variable : factory.createAssignment(variable, initial));
      }
      const visited = ts.visitEachChild(node, visit, context);
      if (ts.isPropertyAssignment(visited) && ts.isIdentifier(visited.name)) {
        return factory.updatePropertyAssignment(visited, freshName(visited.name), visited.initializer);
      }
      if (ts.isBindingElement(visited) && visited.propertyName !== undefined && ts.isIdentifier(visited.propertyName)) {
        const { dotDotDotToken, propertyName, name, initializer } = visited;
        return factory.updateBindingElement(visited, dotDotDotToken, freshName(propertyName), name, initializer);
      }
      return visited;
    };
    return (file) => ts.visitEachChild(file, visit, context);
  };
}
