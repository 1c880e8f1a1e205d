/*
 * Names in a graph. Inputs, constants and outputs get names that the recorded values (v0, v1, …) cannot have.
 */

export const inputName = (name: string) => `in.${name}`;
export const constantName = (name: string) => `const.${name}`;
export const isConstantName = (name: string) => name.startsWith(constantName(''));
export const outputName = (name: string) => `out.${name}`;
/** An input's, constant's or output's name as the definition gave it. */
export const definedName = (name: string) => name.replace(/^(in|const|out)\./, '');
