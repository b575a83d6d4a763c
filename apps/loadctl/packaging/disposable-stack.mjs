/** The part of AsyncDisposableStack that loadctl uses: resources are disposed of last first, every one of them. */
export class DisposableStackForNode22 {
  /** @type {(() => unknown)[]} */
  #disposers = []

  /**
   * @template T
   * @param {T} resource
   * @returns {T}
   */
  use(resource) {
    if (resource === null || resource === undefined) return resource
    const dispose = Reflect.get(resource, Symbol.asyncDispose) ?? Reflect.get(resource, Symbol.dispose)
    if (typeof dispose !== "function") throw new TypeError("The resource cannot be disposed of.")
    this.#disposers.push(() => dispose.call(resource))
    return resource
  }

  /** @param {() => unknown} dispose */
  defer(dispose) {
    this.#disposers.push(dispose)
  }

  /**
   * @template T
   * @param {T} value
   * @param {(value: T) => unknown} dispose
   * @returns {T}
   */
  adopt(value, dispose) {
    this.#disposers.push(() => dispose(value))
    return value
  }

  /** Leaves this stack empty and hands its resources to a new one. */
  move() {
    const moved = new DisposableStackForNode22()
    moved.#disposers = this.#disposers
    this.#disposers = []
    return moved
  }

  async disposeAsync() {
    /** @type {unknown[]} */
    const failures = []
    for (const dispose of this.#disposers.splice(0).toReversed()) {
      try {
        await dispose()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length === 1) throw failures[0]
    if (failures.length > 1) throw new AggregateError(failures, "Several resources could not be disposed of.")
  }

  [Symbol.asyncDispose]() {
    return this.disposeAsync()
  }
}
