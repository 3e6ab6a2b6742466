import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import * as Sentry from '@sentry/nestjs';
import { SentryModule } from '@sentry/nestjs/setup';
import { ReportController } from './report.controller.js';

@Module({ imports: [SentryModule.forRoot()], controllers: [ReportController] })
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
await app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
console.log(`Listening on ${await app.getUrl()}`);

process.once('SIGTERM', async () => {
  await app.close();
  // Sends the waiting envelopes, for two seconds at most.
  await Sentry.close(2000);
});
