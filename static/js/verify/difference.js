// What ends a recomputation: something published is not what the rules make of the rest.

export class Difference extends Error {
  constructor(what, published, computed) {
    super(what);
    Object.assign(this, { what, published, computed });
  }
}

export function same(what, published, computed) {
  if (published !== computed) throw new Difference(what, published, computed);
}

export function need(condition, what, published) {
  if (!condition) throw new Difference(what, published, undefined);
}

export function sameKeys(what, object, keys) {
  need(object !== null && typeof object === "object" && !Array.isArray(object), what, object);
  same(what, Object.keys(object).sort().join(" "), keys);
}
