/** Holds one state and tells who listens. Owns no rule: those are in the reducer it is given. */

export interface Store<State, Action> {
  getState: () => State;
  /** Replaces the state by what the reducer makes of it; listeners hear only of a real change. */
  dispatch: (action: Action) => void;
  /** Calls `listener` with the newest state and the one before. Returns unsubscribe. */
  subscribe: (listener: (state: State, before: State) => void) => () => void;
}

/** A store around a pure reducer. A listener may dispatch; the others then hear of the newest state. */
export function createStore<State, Action>(initial: State, reduce: (state: State, action: Action) => State): Store<State, Action> {
  const listeners = new Set<(state: State, before: State) => void>();
  let state = initial;
  return {
    getState: () => state,
    dispatch(action) {
      const before = state;
      state = reduce(before, action);
      if (state === before) return;
      for (const listener of Array.from(listeners)) listener(state, before);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
