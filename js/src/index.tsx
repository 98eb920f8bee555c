import { PluginComponentType, registerComponent } from "@fiftyone/plugins";
import { openFromAddress } from "./hooks/openFromAddress";
import { MilvusPanel } from "./panel/MilvusPanel";

registerComponent({
  name: "MilvusPanel", // types.View(component="MilvusPanel") in Python
  label: "Milvus",
  component: MilvusPanel,
  type: PluginComponentType.Component,
  activator: () => true,
});
openFromAddress();
