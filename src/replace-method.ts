/**
 * Replaces a method of an object that is not ours.
 *
 * @returns puts it back as it was, unless somebody else has replaced it since
 */
export function replaceMethod<Target extends object, Name extends keyof Target>(
  target: Target,
  name: Name,
  replacement: Target[Name],
): () => void {
  const own = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, {
    value: replacement,
    configurable: true,
    enumerable: true,
    writable: true,
  });
  return () => {
    if (target[name] !== replacement) return;
    if (own === undefined) delete (target as Partial<Target>)[name];
    else Object.defineProperty(target, name, own);
  };
}
