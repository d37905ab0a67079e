// The latest answer to a query that keeps changing.
//
// While the brush moves, the next query waits until the last answer is drawn, and only the newest query is sent, so the
// user sees every step that the server can keep up with. A click does not wait: it aborts the query in progress.
import { batch, computed, signal } from "@preact/signals";
import type { ReadonlySignal } from "@preact/signals";
import { ask, AskError, address } from "./ask";
import type { Answer, Ask } from "./ask";

/** An answer and its query. */
export interface Answered<T> {
  readonly answer: Answer<T>;
  readonly asked: Ask;
}

interface Status {
  /** The error, if the newest query has no answer. */
  readonly error: AskError | null;
  readonly isLoading: boolean;
}

export interface Shown<T> extends Status {
  /** Null before the first answer. */
  readonly answer: Answer<T> | null;
  readonly asked: Ask | null;
}

/** How many answers are cached for Back and Forward. */
const KEPT = 50;

export class Latest<T> {
  readonly #answered = signal<Answered<T> | null>(null);
  readonly #status = signal<Status>({ error: null, isLoading: false });
  readonly #kept = new Map<string, Answer<T>>();
  #running: { readonly key: string; readonly abort: AbortController } | null = null;
  #waiting: Ask | null = null;
  #renewedFor = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  readonly #drawn: () => Promise<void>;

  /** `drawn` resolves when the answer is on the screen. */
  constructor(drawn: () => Promise<void> = nextFrame) {
    this.#drawn = drawn;
  }

  /** The answer shown, and the status of the newest query. */
  readonly shown: ReadonlySignal<Shown<T>> = computed(() => ({ answer: null, asked: null, ...this.#answered.value, ...this.#status.value }));

  /** The answer shown; it changes only when there is something new to draw. */
  get answered(): ReadonlySignal<Answered<T> | null> {
    return this.#answered;
  }

  /** Requests an answer; with `patient`, after the running query is answered and drawn. */
  wish(what: Ask, patient = false): void {
    clearTimeout(this.#retry);
    const key = address(what, true);
    if (this.#running?.key === key) {
      this.#waiting = null;
      return;
    }
    if (patient && this.#running) {
      this.#waiting = what;
      return;
    }
    this.#running?.abort.abort();
    this.#waiting = null;
    void this.#run(what, key);
  }

  /** Drops the cached answers, such as after a load. */
  forget(): void {
    this.#kept.clear();
  }

  /**
   * Sends the query again if another answer is of a newer revision, so that all charts show the same data. This happens
   * once per revision, so that a server that lags behind is not queried forever.
   */
  renew(revision: number): void {
    const shown = this.#answered.peek();
    if (!shown || shown.answer.of.revision >= revision || this.#renewedFor >= revision) return;
    // The running query may return the newer data, or lead here again.
    if (this.#running) return;
    this.#renewedFor = revision;
    void this.#run(shown.asked, address(shown.asked, true), true);
  }

  async #run(what: Ask, key: string, fresh = false): Promise<void> {
    const kept = this.#kept.get(key);
    if (kept) {
      this.#running = null;
      this.#show({ answer: kept, asked: what }, false);
      return;
    }
    const running = { key, abort: new AbortController() };
    this.#running = running;
    this.#status.value = { ...this.#status.peek(), isLoading: true };
    try {
      const answer = await ask<T>(what, running.abort.signal, fresh);
      if (this.#running !== running) return;
      this.#keep(key, answer);
      this.#show({ answer, asked: what }, this.#waiting !== null);
      await this.#drawn();
    } catch (error) {
      if (this.#running !== running) return;
      this.#fail(what, error);
    }
    if (this.#running !== running) return;
    this.#running = null;
    const next = this.#waiting;
    this.#waiting = null;
    if (next) this.wish(next);
  }

  #show(answered: Answered<T>, isLoading: boolean): void {
    batch(() => {
      this.#answered.value = answered;
      this.#status.value = { error: null, isLoading };
    });
  }

  #fail(what: Ask, error: unknown): void {
    const known = error instanceof AskError ? error : new AskError("refused", error instanceof Error ? error.message : String(error));
    this.#status.value = { error: known, isLoading: false };
    if (known.retryAfter !== null && this.#waiting === null) {
      this.#retry = setTimeout(() => this.wish(what), known.retryAfter * 1000);
    }
  }

  #keep(key: string, answer: Answer<T>): void {
    this.#kept.set(key, answer);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }
}

/** Resolves after the next frame. A hidden page has no frames, so there it resolves soon. */
function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    if (document.hidden) setTimeout(resolve);
    else requestAnimationFrame(() => setTimeout(resolve));
  });
}
