/** The ways an answer may go on when only certain texts may be said: a tree of their tokens. */
export interface ChoiceTree {
  /** next tokens; none at the end of a choice that no other continues */
  next: Map<number, ChoiceTree>;
}

/**
 * @param choices token ids of each text that may be said, each followed by the token that ends an answer
 */
export function choiceTree(choices: readonly (readonly number[])[]): ChoiceTree {
  const root: ChoiceTree = { next: new Map() };
  for (const ids of choices) {
    let node = root;
    for (const id of ids) {
      let child = node.next.get(id);
      if (child === undefined) {
        child = { next: new Map() };
        node.next.set(id, child);
      }
      node = child;
    }
  }
  return root;
}

/** The tokens that may follow what was said; empty when a choice is complete. */
export function allowedAfter(tree: ChoiceTree, said: readonly number[]): number[] {
  let node: ChoiceTree | undefined = tree;
  for (const id of said) node = node?.next.get(id);
  return node === undefined ? [] : [...node.next.keys()];
}
