import { PluginComponentType, registerComponent } from "@fiftyone/plugins";
import { MilvusPanel } from "./shell/MilvusPanel";

registerComponent({
  name: "MilvusPanel", // types.View(component="MilvusPanel") in Python
  label: "Milvus",
  component: MilvusPanel,
  type: PluginComponentType.Component,
  activator: () => true,
});
