import { Stack, Tab, Tabs as MuiTabs } from "@mui/material";
import type { ReactNode } from "react";
import { usePanelState } from "../hooks/appState";
import { strings } from "./strings";

export const TABS = [
  { name: "search", label: strings.search },
  { name: "find", label: strings.find },
  { name: "indexes", label: strings.indexes },
  { name: "server", label: strings.server },
] as const;

export type TabName = (typeof TABS)[number]["name"];

/** The ids of a tab and of its contents, which refer to each other. */
export const tabId = (tab: TabName) => `milvus-tab-${tab}`;
export const contentsId = (tab: TabName) => `milvus-contents-${tab}`;

/** The tab that is open, which is kept while the panel is closed. */
export function useTab() {
  return usePanelState<TabName>("milvus_tab", "search");
}

interface Props {
  tab: TabName;
  onChange: (tab: TabName) => void;
}

/** The tabs; the arrow keys go from one to the next. */
export function TabBar({ tab, onChange }: Props) {
  return (
    <MuiTabs
      value={tab}
      variant="fullWidth"
      textColor="inherit"
      aria-label={strings.tabs}
      selectionFollowsFocus
      onChange={(_, next: TabName) => onChange(next)}
      sx={{ minHeight: 36, borderBottom: 1, borderColor: "divider" }}
    >
      {TABS.map(({ name, label }) => (
        <Tab
          key={name}
          id={tabId(name)}
          value={name}
          label={label}
          aria-controls={contentsId(name)}
          data-cy={`milvus-tab-${name}`}
          sx={{ minHeight: 36, minWidth: 0, px: 0, py: 0.5, textTransform: "none" }}
        />
      ))}
    </MuiTabs>
  );
}

/** What the open tab shows. The others' contents are there, as their tabs refer to them, and empty. */
export function TabContents({ tab, children }: { tab: TabName; children: ReactNode }) {
  return (
    <>
      {TABS.map(({ name }) => (
        <Stack
          key={name}
          spacing={1.5}
          role="tabpanel"
          id={contentsId(name)}
          aria-labelledby={tabId(name)}
          hidden={name !== tab}
          data-cy={`milvus-contents-${name}`}
          sx={{ display: name === tab ? "flex" : "none" }}
        >
          {name === tab && children}
        </Stack>
      ))}
    </>
  );
}
