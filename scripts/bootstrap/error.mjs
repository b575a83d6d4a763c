/** Something that the user can put right: what went wrong, and the next command. */
export class BootstrapError extends Error {
  /**
   * @param {number} exitCode
   * @param {string} message
   * @param {string} hint
   */
  constructor(exitCode, message, hint) {
    super(message)
    this.exitCode = exitCode
    this.hint = hint
  }
}
