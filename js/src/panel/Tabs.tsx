import { Stack, Tab, Tabs as MuiTabs } from "@mui/material";
import type { ReactNode } from "react";
import { usePanelState } from "../hooks/appState";

export const TABS = [
  { name: "search", label: "Search" },
  { name: "indexes", label: "Indexes" },
  { name: "server", label: "Server" },
] as const;

export type TabName = (typeof TABS)[number]["name"];

/** The ids that tie a place's tab and its contents together. */
export const tabId = (place: TabName) => `milvus-tab-${place}`;
export const contentsId = (place: TabName) => `milvus-contents-${place}`;

/** Where the person is; kept while the panel is closed. */
export function useTab() {
  return usePanelState<TabName>("milvus_place", "search");
}

interface Props {
  place: TabName;
  onChange: (place: TabName) => void;
}

/** One tab a place; the arrow keys go from one to the next. */
export function TabBar({ place, onChange }: Props) {
  return (
    <MuiTabs
      value={place}
      variant="fullWidth"
      textColor="inherit"
      aria-label="Places of the Milvus panel"
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
          data-cy={`milvus-place-${name}`}
          sx={{ minHeight: 36, minWidth: 0, px: 0, py: 0.5, textTransform: "none" }}
        />
      ))}
    </MuiTabs>
  );
}

/** What a tab shows. The others' elements are there for it to refer to, and empty. */
export function TabContents({ place, children }: { place: TabName; children: ReactNode }) {
  return (
    <>
      {TABS.map(({ name }) => (
        <Stack
          key={name}
          spacing={1.5}
          role="tabpanel"
          id={contentsId(name)}
          aria-labelledby={tabId(name)}
          hidden={name !== place}
          data-cy={`milvus-contents-${name}`}
          sx={{ display: name === place ? "flex" : "none" }}
        >
          {name === place && children}
        </Stack>
      ))}
    </>
  );
}
