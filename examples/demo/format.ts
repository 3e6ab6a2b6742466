const MB = 1_000_000;

/** Decimal megabytes, with a digit after the point where it matters. */
export function megabytes(bytes: number): string {
  const amount = bytes / MB;
  return `${amount.toFixed(Math.abs(amount) < 10 ? 1 : 0)} MB`;
}

/** For limits, which are set in these. */
export function mebibytes(bytes: number): string {
  return `${bytes / 1024 / 1024} MiB`;
}

export function milliseconds(ms: number): string {
  return `${Math.round(ms)} ms`;
}

export function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

/** With its sign: what comes on top of a baseline. */
export function over(baseline: number, value: number, format: (value: number) => string): string {
  const difference = value - baseline;
  return `${difference < 0 ? '−' : '+'}${format(Math.abs(difference))}`;
}
