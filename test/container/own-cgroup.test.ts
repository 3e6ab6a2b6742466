import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findOwnCgroup } from '../../src/container/own-cgroup.ts';
import { put } from './system-tree.ts';

const V2 =
  '31 24 0:27 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate';

const v1 = (root: string, mountPoint = '/sys/fs/cgroup/memory', controllers = 'rw,memory'): string =>
  `41 32 0:36 ${root} ${mountPoint} ro,nosuid,nodev,noexec,relatime master:16 - cgroup cgroup ${controllers}`;

/** @returns the version, and the directories from `/sys` on */
function find(cgroup: string, mounts: readonly string[]) {
  const root = mkdtempSync(join(tmpdir(), 'own-cgroup-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  put(root, '/proc/self/cgroup', `${cgroup}\n`);
  put(root, '/proc/self/mountinfo', mounts.map((line) => `${line}\n`).join(''));
  const own = findOwnCgroup(root);
  return own && { ...own, directories: own.directories.map((path) => path.slice(root.length)) };
}

const AT_MOUNT = ['/sys/fs/cgroup/memory'];

test.each<[string, string, string[], { version: 1 | 2; directories: string[] } | undefined]>([
  [
    'from the host all directories above the own one are seen',
    '0::/a.slice/b.service',
    [V2],
    {
      version: 2,
      directories: ['/sys/fs/cgroup/a.slice/b.service', '/sys/fs/cgroup/a.slice', '/sys/fs/cgroup'],
    },
  ],
  [
    'in a namespace of its own the container is the root',
    '0::/',
    [V2],
    { version: 2, directories: ['/sys/fs/cgroup'] },
  ],
  [
    'version 1 without a namespace: the mount shows the container, whose path is the host’s',
    '5:memory:/docker/6a1f',
    [v1('/docker/6a1f')],
    { version: 1, directories: AT_MOUNT },
  ],
  [
    'a child that the container has made below its own',
    '5:memory:/docker/6a1f/child',
    [v1('/docker/6a1f')],
    { version: 1, directories: ['/sys/fs/cgroup/memory/child', '/sys/fs/cgroup/memory'] },
  ],
  [
    'a mount that shows another path is the container’s own',
    '5:memory:/kubepods/pod1/6a1f',
    [v1('/docker/9c0e')],
    { version: 1, directories: AT_MOUNT },
  ],
  [
    'a name that begins like the mounted one is another',
    '5:memory:/docker/6a1f2',
    [v1('/docker/6a1f')],
    { version: 1, directories: AT_MOUNT },
  ],
  [
    'of several mounts the one counts that the path is in',
    '5:memory:/docker/6a1f',
    [v1('/docker/9c0e', '/other'), v1('/', '/host/memory')],
    { version: 1, directories: ['/host/memory/docker/6a1f', '/host/memory/docker', '/host/memory'] },
  ],
  [
    'a path that leads out of the namespace leads nowhere else',
    '0::/../../other',
    [V2],
    { version: 2, directories: ['/sys/fs/cgroup'] },
  ],
  [
    'on a hybrid host the controller is of version 1',
    '5:memory:/a\n1:name=systemd:/b\n0::/b',
    [
      '1 0 0:1 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw',
      v1('/', '/sys/fs/cgroup/cpu,cpuacct', 'rw,cpu,cpuacct'),
      v1('/'),
    ],
    { version: 1, directories: ['/sys/fs/cgroup/memory/a', '/sys/fs/cgroup/memory'] },
  ],
  [
    'a hierarchy that is named for memory is none of memory',
    '5:name=memory:/a\n0::/b',
    [v1('/', '/named', 'rw,name=memory'), V2],
    { version: 2, directories: ['/sys/fs/cgroup/b', '/sys/fs/cgroup'] },
  ],
  [
    'controllers that share a hierarchy',
    '4:cpuset,memory:/a',
    [v1('/', '/sys/fs/cgroup/cpuset,memory', 'rw,cpuset,memory')],
    { version: 1, directories: ['/sys/fs/cgroup/cpuset,memory/a', '/sys/fs/cgroup/cpuset,memory'] },
  ],
  [
    'colons and blanks in names',
    '0::/kubelet:cri:6a1f/my app',
    ['31 24 0:27 / /cgroups\\040of\\040this rw - cgroup2 cgroup2 rw'],
    {
      version: 2,
      directories: [
        '/cgroups of this/kubelet:cri:6a1f/my app',
        '/cgroups of this/kubelet:cri:6a1f',
        '/cgroups of this',
      ],
    },
  ],
  ['no mount can be seen', '0::/a', ['1 0 0:1 / / rw - ext4 /dev/vda rw'], undefined],
  ['the mount is the other version’s', '5:memory:/a', [V2], undefined],
  ['an empty file', '', [V2], undefined],
  ['another text', 'Permission denied: please ask: nobody', [V2, 'nonsense', ''], undefined],
])('%s', (_, cgroup, mounts, expected) => {
  expect(find(cgroup, mounts)).toEqual(expected);
});

test('where there is no /proc there is no cgroup', () => {
  expect(findOwnCgroup('/missing')).toBeUndefined();
});

test('nothing stays open', (context) => {
  if (process.platform !== 'linux') context.skip('no /proc on this system');
  const countOpen = () => readdirSync('/proc/self/fd').length;
  const before = countOpen();
  for (let i = 0; i < 200; i++) findOwnCgroup();
  expect(countOpen()).toBeLessThan(before + 50);
});
