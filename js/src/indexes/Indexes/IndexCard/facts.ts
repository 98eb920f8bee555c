import type { Index } from "../../../shared/api";

export interface Fact {
  text: string;
  /** what it says, for who points at it */
  about: string;
}

/** What an index is of, and what it can. */
export function facts(index: Index): Fact[] {
  const { patches_field, model, embeddings_field, metric, supports_prompts } = index;
  const foreign = !index.owned && index.collection_name !== null && !index.problem;
  const told: (Fact | false | null)[] = [
    { text: patches_field ? `patches in ${patches_field}` : "samples", about: "What is indexed" },
    model !== null && { text: model, about: "Model" },
    embeddings_field !== null && { text: embeddings_field, about: "Embeddings field" },
    { text: metric, about: "Metric" },
    supports_prompts && { text: "text search", about: "Can be searched by text" },
    model !== null && { text: "image search", about: "Can be searched by an image that is uploaded" },
    index.elsewhere !== null && { text: `on ${index.elsewhere}`, about: "The Milvus that it is on" },
    index.partial && { text: "not finished", about: "Its build was stopped: searches see a part" },
    foreign && { text: "foreign collection", about: "Its Milvus collection was made elsewhere" },
  ];
  return told.filter((fact): fact is Fact => Boolean(fact));
}
