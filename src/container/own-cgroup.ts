import { join } from 'node:path';
import { readText } from './read-text.ts';

/** The cgroup that the memory of this process is charged to. */
export interface OwnCgroup {
  readonly version: 1 | 2;
  /** The own directory and those above it, the own first, as far up as this process can see. */
  readonly directories: readonly string[];
}

interface Mount {
  /** Path of the cgroup that is mounted. */
  readonly root: string;
  readonly mountPoint: string;
}

/**
 * Finds the cgroup that the kernel charges with the memory of this process. If a host has both versions (systemd's hybrid), only one of
 * them has the memory controller, and version 1 says so.
 *
 * @param root prefix of `/proc` and of the mount points
 */
export function findOwnCgroup(root = '/'): OwnCgroup | undefined {
  const own = ownPath(readText(join(root, 'proc/self/cgroup')) ?? '');
  if (own === undefined) return undefined;
  const mounts = readMounts(readText(join(root, 'proc/self/mountinfo')) ?? '', own.version);
  const mount = mounts.find((one) => pathBelow(one.root, own.path) !== undefined) ?? mounts[0];
  if (mount === undefined) return undefined;
  // A path outside of the mount belongs to the host or to another namespace. A container then mounts its own cgroup alone.
  const names = pathBelow(mount.root, own.path)?.split('/').filter(Boolean) ?? [];
  const directories = Array.from({ length: names.length + 1 }, (_, up) =>
    join(root, mount.mountPoint, ...names.slice(0, names.length - up)),
  );
  return { version: own.version, directories };
}

/** Lines of `/proc/self/cgroup` are `number:controllers:path`, version 2 has no controllers there. */
function ownPath(text: string): { version: 1 | 2; path: string } | undefined {
  const lines = [...text.matchAll(/^\d+:([^:]*):(.*)$/gm)].map(([, controllers = '', path = '']) => ({
    controllers: controllers.split(','),
    path,
  }));
  const first = lines.find(({ controllers }) => controllers.includes('memory'));
  if (first !== undefined) return { version: 1, path: first.path };
  const second = lines.find(({ controllers }) => controllers.includes(''));
  return second && { version: 2, path: second.path };
}

/** Lines of `/proc/self/mountinfo` are `id parent device root mount-point options [tag …] - type source super-options`. */
function readMounts(text: string, version: 1 | 2): Mount[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.split(' ');
    const [, , , root = '', mountPoint = ''] = fields;
    const [type, , superOptions = ''] = fields.slice(fields.indexOf('-', 6) + 1);
    const isMemory =
      version === 2 ? type === 'cgroup2' : type === 'cgroup' && superOptions.split(',').includes('memory');
    return isMemory ? [{ root: unescapeOctal(root), mountPoint: unescapeOctal(mountPoint) }] : [];
  });
}

/** The kernel writes blanks in paths as `\040`, and line ends likewise. */
function unescapeOctal(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

/** @returns undefined where `path` is not at `root` or below it, and where it leads out of the own namespace (`/../other`) */
function pathBelow(root: string, path: string): string | undefined {
  if (path.split('/').includes('..')) return undefined;
  if (root === '/' || path === root) return path.slice(root.length);
  return path.startsWith(`${root}/`) ? path.slice(root.length) : undefined;
}
