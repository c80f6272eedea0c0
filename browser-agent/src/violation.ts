/** A received frame broke PROTOCOL.md; the WebSocket is closed with 4000 and this message. */
export class Violation extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Violation';
  }
}
