/**
 * One reading of a list after another. Whoever wants one while one is under way has the next, and an answer that an act
 * has overtaken is asked for again: it would bring back what is gone, or take away what has come.
 * @template T
 */
export class Reading {
  /** @type {Promise<void> | null} */
  #running = null;
  #overtaken = false;

  /** @param {() => Promise<T>} ask @param {(answer: T) => void} take */
  constructor(ask, take) {
    this.#ask = ask;
    this.#take = take;
  }

  #ask;
  #take;

  /** Something has become otherwise: what is being read may not know of it. */
  overtake() {
    this.#overtaken = true;
  }

  /** Throws what asking throws. */
  read() {
    this.#overtaken = true;
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run() {
    let answer;
    try {
      do {
        this.#overtaken = false;
        answer = await this.#ask();
      } while (this.#overtaken);
    } finally {
      this.#running = null;
    }
    this.#take(answer);
  }
}
