import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Report } from '../../src/inspect/describe.ts';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const REPORT_MEMORY = new URL('report-memory.mjs', import.meta.url).href;

/** How the command ended. */
export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
  /** Peak resident memory of its process. */
  readonly peakMiB: number;
}

/** Runs the built command in a process of its own. @param input goes to its standard input, as fast as it is taken */
export async function runCommand(args: readonly string[], input: Iterable<Uint8Array> = []): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', REPORT_MEMORY, CLI, ...args], {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const memory = child.stdio[3] as Readable;
  const [stdout, stderr, peakMiB] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    text(memory),
    once(child, 'exit'),
    // A command that has seen enough leaves the rest of its input.
    pipeline(Readable.from(input), child.stdin).catch(() => undefined),
  ]);
  return { stdout, stderr, exitCode: child.exitCode, peakMiB: Number(peakMiB) };
}

/** Inspects bytes from a file, and expects the command to find nothing wrong. */
export async function reportsOf(bytes: Uint8Array): Promise<Report[]> {
  const { stdout, stderr, exitCode } = await runCommand(['inspect', writeInput(bytes), '--json']);
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${stderr}`);
  return JSON.parse(stdout) as Report[];
}

/** The report of the only profile in there. */
export async function reportOf(bytes: Uint8Array): Promise<Report> {
  const [report, ...others] = await reportsOf(bytes);
  if (report === undefined || others.length > 0) throw new Error(`${others.length} others`);
  return report;
}

/** A file that is gone when the test has ended. */
export function writeInput(bytes: Uint8Array): string {
  const path = join(temporaryDirectory(), 'input');
  writeFileSync(path, bytes);
  return path;
}

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'inspect-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}
