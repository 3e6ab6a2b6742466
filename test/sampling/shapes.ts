import { CALM_SERVICE, MiB, type Service } from './simulation.ts';

/** A load, with the events in it. */
export interface Shape {
  readonly name: string;
  readonly title: string;
  readonly service: Service;
  /** An event from outside, to be drawn. */
  readonly happening?: { readonly fromSecond: number; readonly untilSecond: number; readonly name: string };
}

/** The same live heap all along, with the same swing of garbage above it. */
const SAWTOOTH = { liveRatio: () => 0.5, garbageRatio: 0.04 };

export const SHAPES: readonly Shape[] = [
  {
    name: 'sawtooth',
    title: 'A healthy sawtooth of garbage',
    service: { ...CALM_SERVICE, liveRatio: () => 0.55, garbageRatio: 0.02 },
  },
  {
    name: 'steps',
    title: 'Contexts rise in steps from 1 to 10,000, and fall',
    service: {
      ...CALM_SERVICE,
      ...SAWTOOTH,
      seconds: 600,
      arrivals: (second) => 10 ** (second < 500 ? Math.floor(second / 100) - 1 : -1),
    },
  },
  {
    name: 'bursts',
    title: 'Bursts of 10 s, a hundred times the usual',
    service: {
      ...CALM_SERVICE,
      ...SAWTOOTH,
      seconds: 400,
      arrivals: (second) => (second % 100 >= 50 && second % 100 < 60 ? 100 : 1),
    },
  },
  {
    name: 'leak',
    title: 'A slow leak, and a restart of what leaks',
    happening: { fromSecond: 0, untilSecond: 450, name: 'leaks' },
    service: {
      ...CALM_SERVICE,
      seconds: 700,
      garbageRatio: 0.04,
      arrivals: () => 5,
      liveRatio: (second) => (second < 450 ? 0.35 + second / 1000 : 0.35),
    },
  },
  {
    name: 'loop',
    title: 'A heap of 64 MB, full for the profiles that it holds',
    service: {
      ...CALM_SERVICE,
      seconds: 900,
      maxOldBytes: 64 * MiB,
      budgetBytes: 16 * MiB,
      liveRatio: () => 0.56,
      arrivals: () => 20,
    },
  },
  {
    name: 'outage',
    title: 'The server is silent for two minutes',
    happening: { fromSecond: 100, untilSecond: 220, name: 'no answer' },
    service: {
      ...CALM_SERVICE,
      ...SAWTOOTH,
      seconds: 400,
      arrivals: () => 5,
      uploadSeconds: (second) => (second >= 100 && second < 220 ? 221 - second : 1),
    },
  },
  {
    name: 'container',
    title: 'A container fills up, and empties',
    service: {
      ...CALM_SERVICE,
      ...SAWTOOTH,
      seconds: 500,
      containerRatio: (second) => 0.6 + Math.max(0, 0.35 - Math.abs(second - 200) / 400),
    },
  },
];
