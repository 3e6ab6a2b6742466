// Envelopes as other SDKs write them, put together from their public sources: the keys, their order, the types of values and
// the framing of items are theirs, the contents are made up.

/** The bytes of an envelope, and the facts to find in its profile. */
export interface OtherSdk {
  readonly name: string;
  readonly envelope: Buffer;
  readonly format: 'v1' | 'v2';
  readonly samples: number;
  readonly distinct: { readonly stacks: number; readonly frames: number };
  /** The function with the most time of its own, and the share it has. */
  readonly hottest: readonly [name: string, selfShare: number];
}

const EVENT_ID = '14f9482d4f1b4a2a8d4c7f0c6a4c8a3e';
const TRACE_ID = '6e6b6a5c0e2f4f0f9a3b0a1f6f7b8c9d';
const PROFILER_ID = 'c0f2a4a0d1b24b0c9a3c5d2e8f7a6b5c';

/** getsentry/sentry-python 064542d: sentry_sdk/profiler/{transaction_profiler,continuous_profiler,utils}.py, envelope.py. */
const PYTHON_FRAMES = [
  frame('/app/orders/pricing.py', 'orders.pricing', 'orders/pricing.py', 'price', 31),
  frame('/app/orders/pricing.py', 'orders.pricing', 'orders/pricing.py', 'price', 33),
  frame('/app/orders/views.py', 'orders.views', 'orders/views.py', 'OrderView.get', 12),
  frame('/usr/lib/python3.12/threading.py', 'threading', 'threading.py', 'Condition.wait', 359),
];

function frame(absPath: string, module: string | null, filename: string, name: string, lineno: number) {
  return { abs_path: absPath, module, filename, function: name, lineno, in_app: absPath.startsWith('/app') };
}

const PYTHON_THREADS = { '139914341721920': { name: 'MainThread' }, '139914101343936': { name: 'Thread-1' } };

const pythonV1 = withLengths({ event_id: EVENT_ID, sent_at: '2026-08-14T09:00:01.000000Z' }, [
  [{ type: 'transaction', content_type: 'application/json' }, transaction('python')],
  [
    { type: 'profile', content_type: 'application/json' },
    {
      environment: 'production',
      event_id: '5f0f8d7c6b5a49388271605f4e3d2c1b',
      platform: 'python',
      profile: {
        frames: PYTHON_FRAMES,
        stacks: [[0, 2], [1, 2], [3]],
        samples: [
          { elapsed_since_start_ns: '0', thread_id: '139914341721920', stack_id: 0 },
          { elapsed_since_start_ns: '0', thread_id: '139914101343936', stack_id: 2 },
          { elapsed_since_start_ns: '10000000', thread_id: '139914341721920', stack_id: 1 },
          { elapsed_since_start_ns: '10000000', thread_id: '139914101343936', stack_id: 2 },
          { elapsed_since_start_ns: '40000000', thread_id: '139914341721920', stack_id: 1 },
        ],
        thread_metadata: PYTHON_THREADS,
      },
      release: 'shop@1.0',
      timestamp: '2026-08-14T09:00:00.123456Z',
      version: '1',
      device: { architecture: 'x86_64' },
      os: { name: 'Linux', version: '6.1.0' },
      runtime: { name: 'CPython', version: '3.12.4' },
      transactions: [
        {
          id: EVENT_ID,
          name: '/orders',
          relative_start_ns: '0',
          relative_end_ns: '40500000',
          trace_id: TRACE_ID,
          active_thread_id: '139914341721920',
        },
      ],
    },
  ],
]);

const pythonV2 = withLengths({ sent_at: '2026-08-14T09:00:01.000000Z' }, [
  [
    { type: 'profile_chunk', content_type: 'application/json', platform: 'python' },
    {
      chunk_id: 'a1b2c3d4e5f60718293a4b5c6d7e8f90',
      client_sdk: { name: 'sentry.python.django', version: '2.60.0' },
      platform: 'python',
      profile: {
        frames: PYTHON_FRAMES,
        stacks: [[0, 2], [1, 2], [3]],
        samples: [
          { timestamp: 1786698000.5, thread_id: '139914341721920', stack_id: 0 },
          { timestamp: 1786698000.51, thread_id: '139914341721920', stack_id: 1 },
          { timestamp: 1786698000.54, thread_id: '139914341721920', stack_id: 2 },
        ],
        thread_metadata: PYTHON_THREADS,
      },
      profiler_id: PROFILER_ID,
      version: '2',
      release: 'shop@1.0',
      environment: 'production',
    },
  ],
]);

/** getsentry/sentry-go 6b77510: profile_sample.go, profiler.go, stacktrace.go, transport.go. Removed since, still running. */
const go = withLengths(
  {
    event_id: EVENT_ID,
    sent_at: '2026-08-14T09:00:01Z',
    dsn: 'https://key@example.com/1',
    sdk: { name: 'sentry.go', version: '0.31.1' },
  },
  [
    [{ type: 'transaction' }, transaction('go')],
    [
      { type: 'profile' },
      {
        device: { architecture: 'amd64', classification: '', locale: '', manufacturer: '', model: '' },
        event_id: '5f0f8d7c6b5a49388271605f4e3d2c1b',
        os: { build_number: '', name: 'linux', version: '' },
        platform: 'go',
        release: 'shop@1.0',
        dist: '',
        runtime: { name: 'go', version: 'go1.23.4' },
        timestamp: '2026-08-14T09:00:00.123456789Z',
        profile: {
          frames: [
            {
              function: 'findPrimeNumber',
              module: 'main',
              abs_path: '/app/main.go',
              lineno: 80,
              in_app: true,
            },
            { function: 'main.func1', module: 'main', abs_path: '/app/main.go', lineno: 40, in_app: true },
            { function: 'main.func1', module: 'main', abs_path: '/app/main.go', lineno: 44, in_app: true },
          ],
          samples: [
            { elapsed_since_start_ns: 1000000, stack_id: 0, thread_id: 1 },
            { elapsed_since_start_ns: 11000000, stack_id: 0, thread_id: 1 },
            { elapsed_since_start_ns: 31000000, stack_id: 1, thread_id: 1 },
            { elapsed_since_start_ns: 41000000, stack_id: 1, thread_id: 1 },
          ],
          stacks: [[0, 1], [2]],
          thread_metadata: { '1': { name: 'goroutine 1' } },
        },
        transaction: {
          active_thread_id: 1,
          duration_ns: 45000000,
          id: EVENT_ID,
          name: 'top',
          trace_id: TRACE_ID,
        },
        version: '1',
      },
    ],
  ],
);

/** @sentry/browser 10.75.3: profiling/utils.js. Items have no `length`, and each stack is listed as often as it was seen. */
const BROWSER_FRAMES = [
  { function: 'render', abs_path: 'https://shop.example.com/assets/app.js', lineno: 1, colno: 4210 },
  { function: '', abs_path: 'https://shop.example.com/assets/app.js', lineno: 1, colno: 120 },
  { function: 'requestAnimationFrame' },
];

const browserV1 = withoutLengths({ event_id: EVENT_ID, sent_at: '2026-08-14T09:00:01.000Z' }, [
  [{ type: 'transaction' }, transaction('javascript')],
  [
    { type: 'profile' },
    {
      event_id: '5f0f8d7c6b5a49388271605f4e3d2c1b',
      timestamp: '2026-08-14T09:00:00.000Z',
      platform: 'javascript',
      version: '1',
      release: 'shop@1.0',
      environment: 'production',
      runtime: { name: 'javascript', version: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0' },
      os: { name: '', version: '', build_number: 'Mozilla/5.0' },
      device: {
        locale: 'en-GB',
        model: '',
        manufacturer: 'Mozilla/5.0',
        architecture: '',
        is_emulator: false,
      },
      debug_meta: { images: [] },
      profile: {
        samples: [
          { elapsed_since_start_ns: '0', stack_id: 0, thread_id: '0' },
          { elapsed_since_start_ns: '10100000', stack_id: 1, thread_id: '0' },
          { elapsed_since_start_ns: '20200000', stack_id: 2, thread_id: '0' },
          { elapsed_since_start_ns: '30300000', stack_id: 3, thread_id: '0' },
        ],
        stacks: [[0, 1], [0, 1], [], [2]],
        frames: BROWSER_FRAMES,
        thread_metadata: { '0': { name: 'main' } },
      },
      transactions: [
        {
          name: '/basket',
          id: EVENT_ID,
          trace_id: TRACE_ID,
          active_thread_id: '0',
          relative_start_ns: '0',
          relative_end_ns: '35000000',
        },
      ],
    },
  ],
]);

const browserV2 = withoutLengths({ event_id: EVENT_ID, sent_at: '2026-08-14T09:00:01.000Z' }, [
  [
    { type: 'profile_chunk', platform: 'javascript' },
    {
      chunk_id: 'a1b2c3d4e5f60718293a4b5c6d7e8f90',
      client_sdk: { name: 'sentry.javascript.react', version: '10.75.3' },
      profiler_id: PROFILER_ID,
      platform: 'javascript',
      version: '2',
      release: 'shop@1.0',
      environment: 'production',
      debug_meta: { images: [] },
      profile: {
        frames: BROWSER_FRAMES,
        stacks: [[0, 1], [1], [2]],
        samples: [
          { stack_id: 0, thread_id: '0', timestamp: 1786698000.1 },
          { stack_id: 1, thread_id: '0', timestamp: 1786698000.13 },
          { stack_id: 2, thread_id: '0', timestamp: 1786698000.14 },
        ],
        thread_metadata: { '0': { name: 'main' } },
      },
    },
  ],
]);

export const OTHER_SDKS: readonly OtherSdk[] = [
  {
    name: 'Python, with a transaction',
    envelope: pythonV1,
    format: 'v1',
    samples: 5,
    distinct: { stacks: 3, frames: 4 },
    hottest: ['price', 0.8],
  },
  {
    name: 'Python, continuous',
    envelope: pythonV2,
    format: 'v2',
    samples: 3,
    distinct: { stacks: 3, frames: 4 },
    hottest: ['price', 1],
  },
  {
    name: 'Go',
    envelope: go,
    format: 'v1',
    samples: 4,
    distinct: { stacks: 2, frames: 3 },
    hottest: ['findPrimeNumber', 0.75],
  },
  {
    name: 'browser, with a transaction',
    envelope: browserV1,
    format: 'v1',
    samples: 4,
    distinct: { stacks: 3, frames: 3 },
    hottest: ['render', 2 / 3],
  },
  {
    name: 'browser, continuous',
    envelope: browserV2,
    format: 'v2',
    samples: 3,
    distinct: { stacks: 3, frames: 3 },
    hottest: ['render', 0.75],
  },
];

function transaction(platform: string): object {
  const trace = { trace_id: TRACE_ID, span_id: 'b0e6f15b45c36b12' };
  return { event_id: EVENT_ID, type: 'transaction', platform, contexts: { trace } };
}

type Item = readonly [header: object, payload: object];

function withLengths(header: object, items: readonly Item[]): Buffer {
  return write(
    header,
    items.map(([itemHeader, payload]) => [
      { ...itemHeader, length: Buffer.byteLength(JSON.stringify(payload)) },
      payload,
    ]),
  );
}

function withoutLengths(header: object, items: readonly Item[]): Buffer {
  return write(header, items);
}

function write(header: object, items: readonly Item[]): Buffer {
  const lines = [header, ...items.flat()].map((line) => `${JSON.stringify(line)}\n`);
  return Buffer.from(lines.join(''));
}
