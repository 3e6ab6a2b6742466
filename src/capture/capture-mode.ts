import type { DropReason } from '../options.ts';
import type { RecordedProfile, Recording } from '../record/recorded-profile.ts';
import type { SeamListener } from '../seam/native-seam.ts';

/** How the SDK of one client profiles: a profile for each transaction, or chunks. */
export interface CaptureMode extends Omit<SeamListener, 'onStart'> {
  /** Marks the start of a profile in the recording. */
  onStart(id: string, recording: Recording): void;
  /** Whether the user's rate is governed. */
  readonly isGated: boolean;
  /** Profiles whose transaction never came. */
  readonly abandoned: number;
  /** V8 profiles that the SDK itself has running, where they can't be seen. */
  readonly unseen: number;
  /** Does what the governor has decided to what runs already. */
  follow(isPaused: boolean): void;
  /** A profile is on its way out. */
  claim(profile: RecordedProfile): void;
  /** A profile has come through whose start and stop were not seen. */
  claimUnseen(): void;
  /**
   * Lets what has been recorded go on its way; gives up what will never come.
   *
   * @param isLast whether the client is being closed: nothing can go on its way later
   */
  settle(limitMs: number, isLast: boolean): Promise<void>;
  /** Puts everything back as it was; what runs is lost. */
  close(): void;
}

/** Told of a profile that was started, and is not kept. */
export type OnLost = (profile: RecordedProfile['entry'], reason: DropReason, detail: string) => void;

/** Why a profile is not kept, and the cause in words. */
export type Cause = [reason: DropReason, detail: string];

export const EVICTED = 'the recording found no room';
export const UNFINISHED = 'the client was closed before it was sent';
