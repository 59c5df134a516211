/** The `count`-th largest of the first `size` values, which it puts out of order (Hoare's selection). */
export function largestAt(values: Float32Array, size: number, count: number): number {
  const wanted = count - 1;
  let [low, high] = [0, size - 1];
  while (low < high) {
    // The middle of three: sorted input is no worst case.
    const [first, middle, last] = [values[low]!, values[(low + high) >> 1]!, values[high]!];
    const pivot = first > middle ? (middle > last ? middle : Math.min(first, last)) : first > last ? first : Math.min(middle, last);
    let [left, right] = [low, high];
    while (left <= right) {
      while (values[left]! > pivot) left += 1;
      while (values[right]! < pivot) right -= 1;
      if (left > right) break;
      const kept = values[left]!;
      values[left] = values[right]!;
      values[right] = kept;
      left += 1;
      right -= 1;
    }
    if (wanted <= right) high = right;
    else if (wanted >= left) low = left;
    else return values[wanted]!;
  }
  return values[wanted]!;
}

/** Chooses the largest of lists, again and again without allocating. */
export interface Selector {
  /**
   * The places of the `count` largest of `values[start..start + size)`, relative to `start` and in ascending order, written into `into` at `at`; of equal
   * values the first ones are taken.
   *
   * @param input.floor what is known to be no larger than the smallest value taken; lower values are passed over at once
   * @returns the smallest value taken
   */
  (input: { values: Float32Array; start: number; size: number; count: number; floor?: number; into: Int32Array; at: number }): number;
}

/** @param longest the longest list that will be given */
export function createSelector(longest: number): Selector {
  const kept = new Float32Array(longest);
  const places = new Int32Array(longest);
  const scratch = new Float32Array(longest);
  return ({ values, start, size, count, floor = Number.NEGATIVE_INFINITY, into, at }) => {
    let length = 0;
    for (let place = 0; place < size; place += 1) {
      const value = values[start + place]!;
      if (value < floor) continue;
      kept[length] = value;
      scratch[length] = value;
      places[length] = place;
      length += 1;
    }
    const threshold = largestAt(scratch, length, count);
    let equal = count;
    for (let index = 0; index < length; index += 1) if (kept[index]! > threshold) equal -= 1;
    let next = at;
    for (let index = 0; index < length; index += 1) {
      const value = kept[index]!;
      if (value > threshold || value === threshold && equal-- > 0) into[next++] = places[index]!;
    }
    return threshold;
  };
}
