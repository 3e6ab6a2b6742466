import { Controller, Get } from '@nestjs/common';
import { getProfilingStats, type ProfilingStats } from 'sentry-bounded-profiling';

@Controller()
export class ReportController {
  @Get('report')
  report(): { median: number | undefined } {
    return { median: medianOf(makePrices(200_000)) };
  }

  @Get('stats')
  stats(): ProfilingStats | undefined {
    return getProfilingStats();
  }
}

/** Work that a profile shows. */
function makePrices(count: number): number[] {
  return Array.from({ length: count }, (_, i) => ((i * 7919) % 100_003) / 100);
}

function medianOf(prices: number[]): number | undefined {
  return prices.toSorted((a, b) => a - b)[prices.length >> 1];
}
