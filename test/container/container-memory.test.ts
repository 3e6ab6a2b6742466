import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ContainerMemory } from '../../src/container/container-memory.ts';
import { layOutSystem, put } from './system-tree.ts';

const MiB = 1024 * 1024;
const TOTAL_BYTES = 3072 * MiB;

interface Around {
  constrainedBytes?: number;
  rssBytes?: number;
}

/** The memory of a process with this file system, and a clock to set. */
function watch(root: string, { constrainedBytes, rssBytes }: Around = {}) {
  const clock = { nowMs: 0 };
  const memory = new ContainerMemory({
    root,
    totalBytes: TOTAL_BYTES,
    constrainedBytes: () => constrainedBytes,
    rssBytes: () => rssBytes ?? expect.unreachable('resident memory is not asked for'),
    now: () => clock.nowMs,
  });
  return { memory, clock };
}

/** In bytes, as the files say: the charged memory, and the part of it that is inactive file pages. */
test.each([
  { system: 'v2-docker', limit: 256 * MiB, charged: 21446656, inactive: 20000768 },
  { system: 'v2-kube', limit: 256 * MiB, charged: 21344256, inactive: 20000768 },
  // The container has no limit of its own, and sees the pod's.
  { system: 'v2-kube-podlimit-hostns', limit: 400 * MiB, charged: 21426176, inactive: 20000768 },
  // The limit is `memory.high` here.
  { system: 'v2-systemd', limit: 400 * MiB, charged: 21487616, inactive: 20000768 },
  // The slice allows less than the service, so it fills up first, with all that is in it.
  { system: 'v2-systemd-nested', limit: 200 * MiB, charged: 21389312, inactive: 20000768 },
  { system: 'v1-docker', limit: 256 * MiB, charged: 21938176, inactive: 20512768 },
  { system: 'hybrid-docker', limit: 256 * MiB, charged: 21823488, inactive: 20353024 },
  { system: 'hybrid-kube', limit: 256 * MiB, charged: 21254144, inactive: 20000768 },
  { system: 'hybrid-kube-privatens', limit: 256 * MiB, charged: 21360640, inactive: 20000768 },
  { system: 'hybrid-systemd', limit: 512 * MiB, charged: 21520384, inactive: 20000768 },
  // Its own inactive pages are none: they are those of the service in it.
  { system: 'hybrid-systemd-nested', limit: 200 * MiB, charged: 21184512, inactive: 20000768 },
])(
  '$system: the working set is what is charged without inactive pages, by the limit that counts',
  ({ system, limit, charged, inactive }) => {
    const { memory } = watch(layOutSystem(system));
    expect(memory.readUsedRatio()).toBe((charged - inactive) / limit);
    expect(memory.limitBytes).toBe(limit);
  },
);

// The pod has a limit, but the container can't see it.
test.each(['v1-none', 'v2-none', 'v2-kube-podlimit'])(
  '%s: without a limit there is no pressure',
  (system) => {
    const { memory } = watch(layOutSystem(system));
    expect(memory.readUsedRatio()).toBe(0);
    expect(memory.limitBytes).toBeUndefined();
  },
);

const DOCKER_V2 = '/sys/fs/cgroup';

test('each reading is a new one, of the limit too', () => {
  const root = layOutSystem('v2-docker');
  const { memory } = watch(root);
  memory.readUsedRatio();
  put(root, `${DOCKER_V2}/memory.current`, `${20000768 + 128 * MiB}\n`);
  expect(memory.readUsedRatio()).toBe(0.5);
  put(root, `${DOCKER_V2}/memory.max`, `${512 * MiB}\n`);
  expect(memory.readUsedRatio()).toBe(0.25);
  expect(memory.limitBytes).toBe(512 * MiB);
});

test('of `memory.max` and `memory.high` the smaller counts', () => {
  const root = layOutSystem('v2-docker');
  const { memory } = watch(root);
  put(root, `${DOCKER_V2}/memory.high`, `${200 * MiB}\n`);
  memory.readUsedRatio();
  expect(memory.limitBytes).toBe(200 * MiB);
  put(root, `${DOCKER_V2}/memory.high`, `${300 * MiB}\n`);
  memory.readUsedRatio();
  expect(memory.limitBytes).toBe(256 * MiB);
});

test('inactive pages that have grown between the two readings make no negative share', () => {
  const root = layOutSystem('v2-docker');
  put(root, `${DOCKER_V2}/memory.current`, '1048576\n');
  expect(watch(root).memory.readUsedRatio()).toBe(0);
});

test('a limit farther up counts only where it is less', () => {
  const root = layOutSystem('v2-systemd-nested');
  put(root, '/sys/fs/cgroup/web.slice/memory.max', `${512 * MiB}\n`);
  const { memory } = watch(root);
  expect(memory.readUsedRatio()).toBe((21241856 - 20000768) / (512 * MiB));
});

test('a limit that is set while the process runs is found within half a minute', () => {
  const root = layOutSystem('v2-none');
  const { memory, clock } = watch(root);
  memory.readUsedRatio();
  put(root, '/sys/fs/cgroup/system.slice/memory.max', `${500 * MiB}\n`);
  clock.nowMs = 29_999;
  memory.readUsedRatio();
  expect(memory.limitBytes).toBeUndefined();
  clock.nowMs = 30_000;
  memory.readUsedRatio();
  expect(memory.limitBytes).toBe(500 * MiB);
});

test('a limit that is lifted is none at once', () => {
  const root = layOutSystem('v2-docker');
  const { memory } = watch(root);
  memory.readUsedRatio();
  put(root, `${DOCKER_V2}/memory.max`, 'max\n');
  expect(memory.readUsedRatio()).toBe(0);
  expect(memory.limitBytes).toBeUndefined();
});

test('a process that is moved to another cgroup is found there', () => {
  const root = layOutSystem('v2-systemd');
  const { memory } = watch(root);
  memory.readUsedRatio();
  rmSync(join(root, 'sys/fs/cgroup/web.slice/run-u3.service'), { recursive: true });
  put(root, '/proc/self/cgroup', '0::/web.slice/moved.service\n');
  put(root, '/sys/fs/cgroup/web.slice/moved.service/memory.max', `${100 * MiB}\n`);
  put(root, '/sys/fs/cgroup/web.slice/moved.service/memory.current', `${50 * MiB}\n`);
  put(root, '/sys/fs/cgroup/web.slice/moved.service/memory.stat', 'anon 4096\ninactive_file 0\n');
  expect(memory.readUsedRatio()).toBe(0.5);
});

test.each([
  ['memory.stat', ''],
  ['memory.stat', 'anon 4096\n'],
  ['memory.current', 'none\n'],
  ['memory.current', ''],
])('where %s says `%s`, resident memory stands for the working set', (name, content) => {
  const root = layOutSystem('v2-docker');
  put(root, `${DOCKER_V2}/${name}`, content);
  expect(watch(root, { rssBytes: 64 * MiB }).memory.readUsedRatio()).toBe(0.25);
});

test('where no cgroup can be seen, resident memory is compared with what Node says that it may use', () => {
  const root = layOutSystem('v2-docker');
  rmSync(join(root, 'proc'), { recursive: true });
  const { memory } = watch(root, { constrainedBytes: 128 * MiB, rssBytes: 32 * MiB });
  expect(memory.readUsedRatio()).toBe(0.25);
  expect(memory.limitBytes).toBe(128 * MiB);
  expect(watch(root).memory.readUsedRatio()).toBe(0);
});

test('the files are gone and come back', () => {
  const root = layOutSystem('v2-docker');
  const { memory, clock } = watch(root, { rssBytes: 64 * MiB });
  memory.readUsedRatio();
  rmSync(root, { recursive: true });
  expect(memory.readUsedRatio()).toBe(0);
  put(root, '/proc/self/cgroup', '0::/\n');
  put(root, '/proc/self/mountinfo', '1 0 0:1 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n');
  put(root, '/sys/fs/cgroup/memory.max', `${128 * MiB}\n`);
  clock.nowMs = 30_000;
  expect(memory.readUsedRatio()).toBe(0.5);
});

test('the real container of this process is read, or there is none', () => {
  const ratio = new ContainerMemory().readUsedRatio();
  expect(ratio).toBeGreaterThanOrEqual(0);
  expect(ratio).toBeLessThan(1.5);
});
