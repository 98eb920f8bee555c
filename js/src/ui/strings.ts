/** What the shared components say. */
export const strings = {
  cancel: "Cancel",
  retry: "Retry",
  dismiss: "Dismiss",
  moreActions: (name: string) => `More actions for ${name}`,

  noIndexes:
    "A Milvus index stores an embedding of every sample or patch, so that you can sort the grid by similarity to an image or to a text.",
  otherIndexes: (names: string[]) =>
    names.length === 1
      ? `This dataset has another similarity index: ${names[0]}. FiftyOne's own similarity action uses it.`
      : `This dataset has other similarity indexes: ${names.join(", ")}. FiftyOne's own similarity action uses those.`,
  makeSearchable: (n: number) => (n === 1 ? "Make it searchable here" : "Make one of them searchable here"),

  brainKey: "Brain key",
  noBrainKey: "Give the index a name.",
  startsWithDigit: "The name can't start with a digit.",
  badCharacters: "Use letters, digits and underscores only.",
  taken: (key: string) => `${key} is taken: choose another name.`,

  model: "Model",
  modelGroups: ["On this machine", "Downloaded on first use", "Needs packages that aren't installed"],
  textTag: "text",
  embedsText: "Also embeds text",
  imagesAndText: "images and text",
  imagesOnly: "images only",
  install: (packages: string[]) => `pip install ${packages.join(" ")}`,
};
