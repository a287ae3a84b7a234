/**
 * The version of the wire. A change of any schema changes the hash in `fixtures/v1/schema-hash.json`, and the test
 * that compares them asks for a decision: additive (update the hash) or breaking (raise the version).
 */
export const PROTOCOL_VERSION = 1;
/** The oldest version the relay still speaks. */
export const PROTOCOL_VERSION_MIN = 1;
