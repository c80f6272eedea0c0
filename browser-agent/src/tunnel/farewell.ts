import { CLOSED, permitsResume } from '../close-code.ts';
import { encodeFrame } from '../encode.ts';
import { RelayError } from '../errors.ts';
import type { GoAway, Hello } from '../frame.ts';
import type { WebSocketLike } from '../websocket.ts';
import { Backoff } from './backoff.ts';
import { Connection } from './connection.ts';
import { Redial } from './redial.ts';
import type { Surroundings } from './surroundings.ts';

/** Who stops sharing does not wait longer for a relay that cannot be reached. */
const FAREWELL_MS = 5_000;

/**
 * Tells a relay that waits for its agent to come back that it will not, so that clients hear it at
 * once: resumes the tunnel only to say GOAWAY. Resolves when that is done, or has taken too long.
 *
 * @param hello what resumes the tunnel
 */
export function sayFarewell(
  dial: () => WebSocketLike,
  hello: Hello,
  goAway: GoAway,
  surroundings: Surroundings,
): Promise<void> {
  return new Promise((resolve) => {
    const redial = new Redial(surroundings);
    const backoff = new Backoff(() => surroundings.random());
    let connection: Connection | undefined;
    const tooLong = surroundings.setTimeout(() => {
      connection?.end(CLOSED, '');
      done();
    }, FAREWELL_MS);
    const done = (): void => {
      redial.stop();
      surroundings.clearTimeout(tooLong);
      resolve();
    };
    const attempt = (): void => {
      let socket: WebSocketLike;
      try {
        socket = dial();
      } catch (error) {
        if (!(error instanceof RelayError)) {
          throw error;
        }
        done();
        return;
      }
      const current = new Connection(
        socket,
        { hello: () => hello, connectTimeout: FAREWELL_MS },
        surroundings,
        {
          onWelcome: () => {
            socket.send(encodeFrame({ type: 'GOAWAY', goAway }));
            current.end(CLOSED, goAway.message);
            done();
          },
          onFrame: () => {},
          onAskedToMove: () => {},
          onVisibilityChange: () => {},
          onEnded: ({ close, goneAway }) => {
            if (goneAway || !permitsResume(close)) {
              done();
            } else {
              redial.after(backoff.next(), attempt);
            }
          },
        },
      );
      connection = current;
    };
    attempt();
  });
}
