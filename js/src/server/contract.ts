/** What the Server place asks Python, and what it gets. */

export interface Server {
  kind: "embedded" | "server";
  /** without credentials */
  address: string;
  reachable: boolean;
  version: string | null;
  latency_ms: number | null;
  problem: string | null;
}

/** The methods of `panels/server_methods.py`. */
export type ServerMethods = object;
