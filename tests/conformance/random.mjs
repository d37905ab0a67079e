// Random choices that a seed reproduces.

export class Random {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** A number from 0 to 1: mulberry32. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number below `end`. */
  below(end) {
    return Math.floor(this.next() * end);
  }

  /** Whether something happens that does in so many of a hundred cases. */
  chance(percent) {
    return this.next() * 100 < percent;
  }

  pick(items) {
    return items[this.below(items.length)];
  }

  /** Some of the items, in their order. */
  some(items, most) {
    const count = Math.min(items.length, 1 + this.below(most));
    const left = [...items];
    const found = [];
    for (let i = 0; i < count; i += 1) found.push(...left.splice(this.below(left.length), 1));
    return items.filter((item) => found.includes(item));
  }
}
