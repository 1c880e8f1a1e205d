// A folder of src/ imports only from floors below its own (ARCHITECTURE.md), and nothing imports in circles.
const floors = [
  ['random'],
  ['network', 'schedule', 'data'],
  ['engine'],
  ['training'],
  ['runs'],
  ['search', 'export'],
  ['figures', 'tables'],
  ['notebook'],
  ['explorer', 'report', 'benchmark'],
  ['cli'],
];

const folders = (names) => `^src/(${names.join('|')})/`;

const rules = floors.flatMap((floor, level) =>
  floor.map((folder) => ({
    name: `${folder} imports from floors below its own`,
    severity: 'error',
    from: { path: `^src/${folder}/` },
    to: { path: '^src/', pathNot: [`^src/${folder}/`, ...(level > 0 ? [folders(floors.slice(0, level).flat())] : [])] },
  })),
);

module.exports = {
  forbidden: [
    ...rules,
    { name: 'no circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'every folder has a floor', severity: 'error', from: {}, to: { path: '^src/[^/]+/', pathNot: [folders(floors.flat())] } },
  ],
  options: { tsConfig: { fileName: 'tsconfig.json' }, tsPreCompilationDeps: true, doNotFollow: { path: 'node_modules' } },
};
