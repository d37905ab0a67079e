// Answers for a wish that keeps changing.
//
// While a brush is moved, the next question waits until the last answer is drawn, and only the newest wish is asked: so
// that every step that the server can keep up with is seen. A click does not wait: what was asked before is aborted.
import { signal } from "@preact/signals";
import type { ReadonlySignal } from "@preact/signals";
import { ask, AskError, address } from "./ask";
import type { Answer, Ask } from "./ask";

export interface Shown<T> {
  /** The answer that is shown, and what was asked for it; null before the first. */
  readonly answer: Answer<T> | null;
  readonly asked: Ask | null;
  /** What is the matter, if the newest wish has no answer. */
  readonly error: AskError | null;
  readonly isLoading: boolean;
}

/** How many answers are at hand for back and forward. */
const KEPT = 50;

export class Latest<T> {
  readonly #shown = signal<Shown<T>>({ answer: null, asked: null, error: null, isLoading: false });
  readonly #kept = new Map<string, Answer<T>>();
  #running: { readonly key: string; readonly abort: AbortController } | null = null;
  #waiting: Ask | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  readonly #drawn: () => Promise<void>;

  /** `drawn` ends when what was shown is on the screen. */
  constructor(drawn: () => Promise<void> = nextFrame) {
    this.#drawn = drawn;
  }

  get shown(): ReadonlySignal<Shown<T>> {
    return this.#shown;
  }

  /** Wishes for an answer; `patient`: once the running question is answered and drawn. */
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

  /** Forgets what is at hand, as when the data have changed. */
  forget(): void {
    this.#kept.clear();
  }

  async #run(what: Ask, key: string): Promise<void> {
    const kept = this.#kept.get(key);
    if (kept) {
      this.#running = null;
      this.#shown.value = { answer: kept, asked: what, error: null, isLoading: false };
      return;
    }
    const running = { key, abort: new AbortController() };
    this.#running = running;
    this.#shown.value = { ...this.#shown.peek(), isLoading: true };
    try {
      const answer = await ask<T>(what, running.abort.signal);
      if (this.#running !== running) return;
      this.#keep(key, answer);
      this.#shown.value = { answer, asked: what, error: null, isLoading: this.#waiting !== null };
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

  #fail(what: Ask, error: unknown): void {
    const known = error instanceof AskError ? error : new AskError("refused", error instanceof Error ? error.message : String(error));
    this.#shown.value = { ...this.#shown.peek(), error: known, isLoading: false };
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

/** Ends behind the next frame. A page that nobody looks at has none: there it ends soon. */
function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    if (document.hidden) setTimeout(resolve);
    else requestAnimationFrame(() => setTimeout(resolve));
  });
}
