/** Two flags of a site that survive a page: the visitor has opened the chat before (this device), and it is open (this tab). */

/** Reads a flag, or writes it when `value` is given. Storage that is denied counts as empty, and nothing is thrown. */
export function flag(storage: "localStorage" | "sessionStorage", key: string, value?: boolean): boolean {
  try {
    const area = globalThis[storage];
    if (value === undefined) return area.getItem(key) !== null;
    if (value) area.setItem(key, "1");
    else area.removeItem(key);
    return value;
  } catch {
    return false;
  }
}
