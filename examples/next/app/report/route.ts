/** Without it Next would always give the answer that it rendered at build time. */
export const dynamic = 'force-dynamic';

export function GET(): Response {
  return Response.json({ median: medianOf(makePrices(200_000)) });
}

/** Work that a profile shows. */
function makePrices(count: number): number[] {
  return Array.from({ length: count }, (_, i) => ((i * 7919) % 100_003) / 100);
}

function medianOf(prices: number[]): number | undefined {
  return prices.toSorted((a, b) => a - b)[prices.length >> 1];
}
