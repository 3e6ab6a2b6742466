import type { Payload } from './payload.ts';

/** How many values there are among as many entries. */
export interface Distinct {
  readonly stacks: number;
  readonly frames: number;
}

/**
 * Frames are the same if they have the same JSON, and stacks if they list the same frames. Compaction joins those,
 * but here they are counted in profiles too that are too broken for it.
 */
export function countDistinct({ stacks, frames }: Payload): Distinct {
  const frameIds = new Map<string, number>();
  const ids = frames.map((frame) => {
    const text = JSON.stringify(frame);
    const id = frameIds.get(text) ?? frameIds.size;
    frameIds.set(text, id);
    return id;
  });
  const stackTexts = new Set<string>();
  for (const stack of stacks) {
    stackTexts.add(
      Array.isArray(stack) ? stack.map((index) => ids[index] ?? `no ${index}`).join() : JSON.stringify(stack),
    );
  }
  return { stacks: stackTexts.size, frames: frameIds.size };
}
