/**
 * Shares a PGlite database through a Culvert relay, so that any Postgres client can reach it.
 *
 * @packageDocumentation
 */

export type { Database } from './backend/database.ts';
export type { Retry } from './close-code.ts';
export * from './errors.ts';
export type { SharedUser, ShareOptions, SharingMode } from './options.ts';
export {
  type ClientEvent,
  type DatabaseEvent,
  type Share,
  type ShareEvents,
  type ShareState,
  shareDatabase,
} from './share.ts';
export type { ClosedReason } from './tunnel/owner.ts';
export { VERSION } from './version.ts';
export type { WebSocketConstructor, WebSocketLike } from './websocket.ts';
