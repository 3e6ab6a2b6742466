import type { Profiler } from 'node:inspector';
import { type FunctionTable, functionsIn, NO_FUNCTION, type ProfiledFunction } from './functions.ts';
import type { ReadProfile } from './read-profile.ts';
import type { Timeline } from './timelines.ts';

/** Viewers know these names and draw nothing for them. */
const ROOT = callFrame('(root)');
const IDLE = callFrame('(idle)');

const ROOT_ID = 1;

/**
 * One thread of a profile as a `.cpuprofile`: the format of Chrome's `Profiler` domain, which DevTools, VS Code and
 * speedscope open. Times are in whole microseconds.
 */
export function toCpuProfile(
  { payload, functions }: ReadProfile,
  { timesUs, stackIds }: Timeline,
): Profiler.Profile {
  const tree = new CallTree(functions);
  const samples = Array.from(stackIds, (stackId) => tree.hit(payload.stacks[stackId] as readonly number[]));
  // Rounded before they are subtracted: rounded differences would add up to another duration.
  const times = Array.from(timesUs, Math.round);
  const startTime = payload.format === 'v1' ? 0 : (times[0] ?? 0);
  const timeDeltas = times.map((time, i) => time - (times[i - 1] ?? startTime));
  return { nodes: tree.nodes, startTime, endTime: times.at(-1) ?? startTime, samples, timeDeltas };
}

class CallTree {
  readonly nodes: Profiler.ProfileNode[] = [{ id: ROOT_ID, callFrame: ROOT, hitCount: 0, children: [] }];
  readonly #functions: FunctionTable;
  readonly #callFrames: readonly CallFrame[];
  /** For each node its children by function. */
  readonly #children: Map<number, number>[] = [new Map()];

  constructor(functions: FunctionTable) {
    this.#functions = functions;
    this.#callFrames = functions.functions.map(callFrameOf);
  }

  /** Counts a sample at the node of a stack, which lists its frames leaf first. @returns the id of the node */
  hit(stack: readonly number[]): number {
    let id = ROOT_ID;
    for (const called of functionsIn(stack, this.#functions).reverse()) {
      id = this.#child(id, called, this.#callFrames[called] as CallFrame);
    }
    if (id === ROOT_ID) id = this.#child(ROOT_ID, NO_FUNCTION, IDLE);
    const node = this.nodes[id - 1] as Profiler.ProfileNode;
    node.hitCount = (node.hitCount ?? 0) + 1;
    return id;
  }

  #child(parent: number, key: number, frame: CallFrame): number {
    const children = this.#children[parent - 1] as Map<number, number>;
    const known = children.get(key);
    if (known !== undefined) return known;
    const id = this.nodes.push({ id: this.nodes.length + 1, callFrame: frame, hitCount: 0, children: [] });
    this.#children.push(new Map());
    children.set(key, id);
    this.nodes[parent - 1]?.children?.push(id);
    return id;
  }
}

type CallFrame = Profiler.ProfileNode['callFrame'];

function callFrameOf({ name, file, line, column }: ProfiledFunction): CallFrame {
  return { ...callFrame(name), url: urlOf(file), lineNumber: line - 1, columnNumber: column - 1 };
}

/** Lines and columns count from 0 there, and -1 stands for one that is not known. */
function callFrame(functionName: string): CallFrame {
  return { functionName, scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 };
}

/** A URL for an absolute path, as V8 writes it, so that editors find the file. The path may be another system's. */
function urlOf(file: string): string {
  if (file.startsWith('/')) return `file://${encodeURI(file)}`;
  return /^[A-Za-z]:[\\/]/.test(file) ? `file:///${encodeURI(file.replaceAll('\\', '/'))}` : file;
}
