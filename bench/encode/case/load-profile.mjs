import { readFileSync } from 'node:fs';

/**
 * @typedef {{ stack_id: number, thread_id: string, timestamp: number }} Sample
 * @typedef {{ samples: Sample[], stacks: number[][], frames: Record<string, unknown>[] }} Sampled
 * @typedef {{ profile: Sampled }} Profile
 */

const MICROSECONDS = 1e6;

/**
 * Loads the recorded profile as the object graph that the profiler would have built, `copies` times as large: each copy
 * parsed anew, so that frames and strings are objects of their own, and shifted in time so that samples stay sorted.
 *
 * @param {string} path
 * @param {number} copies
 * @returns {Profile}
 */
export function loadProfile(path, copies) {
  const text = readFileSync(path, 'utf8');
  /** @type {Profile} */
  const whole = {
    ...JSON.parse(text),
    profile: { ...JSON.parse(text).profile, samples: [], stacks: [], frames: [] },
  };
  for (let copy = 0; copy < copies; copy++) append(whole.profile, JSON.parse(text).profile, copy);
  return whole;
}

/**
 * @param {Sampled} whole
 * @param {Sampled} part
 * @param {number} copy
 */
function append(whole, { samples, stacks, frames }, copy) {
  const firstStack = whole.stacks.length;
  const firstFrame = whole.frames.length;
  const lengthSeconds =
    /** @type {Sample} */ (samples.at(-1)).timestamp - /** @type {Sample} */ (samples[0]).timestamp;
  for (const { stack_id, thread_id, timestamp } of samples) {
    const shifted = timestamp + copy * (lengthSeconds + 0.01);
    whole.samples.push({
      stack_id: firstStack + stack_id,
      thread_id,
      timestamp: Math.round(shifted * MICROSECONDS) / MICROSECONDS,
    });
  }
  for (const stack of stacks) whole.stacks.push(grow(stack, firstFrame));
  for (const frame of frames) whole.frames.push(asNative(frame));
}

/**
 * The native profiler fills arrays by growing them: room to spare behind the end, which `JSON.parse` leaves out.
 *
 * @param {number[]} stack
 * @param {number} firstFrame
 */
function grow(stack, firstFrame) {
  /** @type {number[]} */
  const grown = [];
  for (const frame of stack) grown.push(firstFrame + frame);
  return grown;
}

/**
 * The native profiler sets one property after the other on an empty object: to V8 that is another layout than the one
 * that `JSON.parse` makes, slower to read and larger. And the two paths are one string.
 *
 * @param {Record<string, unknown>} parsed
 */
function asNative(parsed) {
  /** @type {Record<string, unknown>} */
  const frame = {};
  for (const key in parsed) frame[key] = parsed[key];
  if (frame.filename === frame.abs_path) frame.filename = frame.abs_path;
  return frame;
}
