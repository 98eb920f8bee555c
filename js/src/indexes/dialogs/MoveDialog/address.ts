/** Why an address of a Milvus can't be, in a sentence; null also while it is empty. */
export function addressProblem(uri: string): string | null {
  const host = uri.replace(/^\w+:\/\//, "").split("/")[0];
  if (host.includes("@"))
    return "Leave user and password out: they are configured, and never typed here.";
  if (/\s/.test(uri)) return "An address has no spaces. It looks like http://host:19530.";
  return null;
}
