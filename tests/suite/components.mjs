// Makes components of core modules: components.mjs TOOLS WIT FILE...
//
// TOOLS is the folder that `scripts/deps components` fills, WIT that of the
// contract. A line of JSON for each file: {file, world, command, error}, the
// error null for a component. A file is .wasm or .wat.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [tools, wit, ...files] = process.argv.slice(2);
const wasmTools = await import(pathToFileURL(join(tools, 'node_modules',
  '@bytecodealliance', 'jco-transpile', 'dist', 'wasm-tools.js')));

// The worlds beyond `program`, by the interface that each adds.
const OPTIONAL = {
  'co-groups': 'program-co-groups',
  tables: 'program-tables',
  'type-operations': 'program-types',
  checkpoints: 'program-checkpoints',
};

// jco takes the package as one text.
async function contract() {
  const texts = [];
  for (const name of (await readdir(wit)).sort()) {
    if (name.endsWith('.wit')) {
      const text = await readFile(join(wit, name), 'utf8');
      texts.push(text.replace(/^package .*$/m, ''));
    }
  }
  return 'package wasi:data@0.1.0;\n' + texts.join('\n');
}

// The world that a module is of: some of the optional interfaces are a world
// of their own, which the text of the contract does not have.
function worldOf(exports) {
  const all = Object.keys(OPTIONAL);
  const found = all.filter((name) => exports.some(
    (e) => e.name.startsWith(`wasi:data/${name}@`)));
  if (found.length === all.length) {
    return { world: 'host', more: '' };
  }
  if (found.length < 2) {
    return { world: found.length ? OPTIONAL[found[0]] : 'program', more: '' };
  }
  const lines = found.map((name) => `  export ${name};\n`).join('');
  return {
    world: 'as-exported',
    more: `\nworld as-exported {\n  include program;\n${lines}}\n`,
  };
}

async function read(file) {
  return file.endsWith('.wat')
    ? wasmTools.parse(await readFile(file, 'utf8')) : readFile(file);
}

function check(text, world, command) {
  const outside = [...text.matchAll(/^  import (\S+);/gm)].map((m) => m[1])
    .filter((i) => !/^wasi:(cli|clocks|data|filesystem|io|random|sockets)\//
      .test(i));
  if (outside.length) {
    throw new Error(`imports outside of the world: ${outside.join(', ')}`);
  }
  const wanted = ['wasi:data/lambdas@'];
  if (command) {
    wanted.push('wasi:cli/run@');
  }
  for (const name of wanted) {
    if (!text.includes(`\n  export ${name}`)) {
      throw new Error(`the component does not export ${name}…`);
    }
  }
}

async function componentOf(file, source) {
  const core = await read(file);
  const module = new WebAssembly.Module(core);
  const exports = WebAssembly.Module.exports(module);
  const command = exports.some((e) => e.name === '_start');
  const { world, more } = worldOf(exports);
  const answer = { file, world, command, error: null };
  try {
    const adapter = await readFile(join(tools, 'adapters',
      `wasi_snapshot_preview1.${command ? 'command' : 'reactor'}.wasm`));
    const embedded = await wasmTools.componentEmbed(
      { binary: core, witSource: source + more, world });
    const component = await wasmTools.componentNew(
      embedded, [['wasi_snapshot_preview1', adapter]]);
    check(await wasmTools.componentWit(component), world, command);
  } catch (error) {
    answer.error = String(error.payload ?? error.message ?? error);
  }
  return answer;
}

const source = await contract();
for (const file of files) {
  let answer;
  try {
    answer = await componentOf(file, source);
  } catch (error) {
    answer = { file, error: String(error.message ?? error) };
  }
  console.log(JSON.stringify(answer));
}
