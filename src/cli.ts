#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type InspectOptions, inspect } from './inspect/inspect.ts';

const USAGE = `Usage: sentry-bounded-profiling inspect FILE [--json] [--cpuprofile OUT]

Says what the profiles in FILE are made of: a saved profile or an envelope of any Sentry SDK, as it is or gzipped.
FILE may be - for standard input.

  --json            prints an array with one object for each profile
  --cpuprofile OUT  writes a .cpuprofile, for Chrome's DevTools, VS Code or speedscope; OUT-2 and so on for more threads and profiles
  --help            prints this
  --version         prints the version

Exit code: 0, 1 if FILE could not be read as profiles or not to its end, 2 for wrong usage.
`;

const NO_PROFILE = 1;
const WRONG_USAGE = 2;

class UsageError extends Error {}

type Command =
  | { readonly name: 'help' | 'version' }
  | { readonly name: 'inspect'; readonly options: InspectOptions };

/** @throws UsageError if the arguments are not those of a command */
function readCommand(args: readonly string[]): Command {
  const { values, positionals } = parse(args);
  if (values.help) return { name: 'help' };
  if (values.version) return { name: 'version' };
  const [command, file, ...rest] = positionals;
  if (command === undefined) throw new UsageError('Expected a command');
  if (command !== 'inspect') throw new UsageError(`Expected the command \`inspect\`, got \`${command}\``);
  if (file === undefined) throw new UsageError('Expected a FILE to inspect, or - for standard input');
  if (rest.length > 0) throw new UsageError(`Expected one FILE, got \`${rest[0]}\` too`);
  return { name: 'inspect', options: { file, json: values.json, cpuProfile: values.cpuprofile } };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        cpuprofile: { type: 'string' },
        help: { type: 'boolean', default: false },
        version: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function run(args: readonly string[]): Promise<void> {
  const command = readCommand(args);
  switch (command.name) {
    case 'help':
      process.stdout.write(USAGE);
      return;
    case 'version':
      process.stdout.write(`${version()}\n`);
      return;
    case 'inspect': {
      const { output, notes, problems } = await inspect(command.options);
      process.stdout.write(output);
      for (const line of [...notes, ...problems]) process.stderr.write(`${line}\n`);
      if (problems.length > 0) process.exitCode = NO_PROFILE;
    }
  }
}

/** The manifest is one level up, from the source as from the built file. */
function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}

// Who reads the output may have seen enough, as `head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

run(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${USAGE}`);
  process.exitCode = WRONG_USAGE;
});
